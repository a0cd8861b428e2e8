"""A user's mistakes: `python -m tests.release.types` fails unless each marked line is an error, and no other."""

# pyright: strict
from django_querywatch import Config, Finding, Report, pause, record
from django_querywatch.testing import assertNoNPlusOne


def wrong_ways(report: Report, finding: Finding) -> None:
    record(42)  # error
    Config(treshold=2)  # error
    Config(threshold="2")  # error
    report.findings.append(finding)  # error
    report.query_count = 3  # error
    report.of_kind("n+1")  # error
    print(finding.location.line)  # error
    print(finding.lines)  # error
    assertNoNPlusOne(max_queries="three")  # error
    with record() as recording:
        recording.report().avoidable.upper()  # error


@record()
def decorated(number: int) -> str:
    return str(number)


@pause()
def quiet() -> int:
    return decorated("1")  # error
