"""The waiver's grammar: what is honoured, what is told, and that no line can break it."""

from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_querywatch.analysis.until import is_over, is_until
from django_querywatch.analysis.waivers import Waiver, is_comment, parse_waiver
from tests.analysis.values import TODAY, finding


@pytest.mark.parametrize(
    ("line", "waiver"),
    [
        ("order.user  # querywatch: ignore", Waiver()),
        ("# querywatch: ignore[n_plus_one] -- one user", Waiver(kinds=("n_plus_one",))),
        ("#querywatch:ignore[ n_plus_one , duplicate ]", Waiver(kinds=("n_plus_one", "duplicate"))),
        (
            "x  # querywatch: ignore[n_plus_one] until=2027-03 max=20 -- reason",
            Waiver(kinds=("n_plus_one",), until="2027-03", max=20),
        ),
        ("x  # querywatch: ignore max=0 until=2027-03-31", Waiver(until="2027-03-31", max=0)),
        ("{{ order.user }}{# querywatch: ignore max=3 -- few #}</li>", Waiver(max=3)),
        ("{#- querywatch: ignore[duplicate]-#} # text", Waiver(kinds=("duplicate",))),
        ("x  # noqa: E501  # querywatch: ignore  # type: ignore[attr-defined]", Waiver()),
        ("x  # querywatch: ignore -- see #12, until=yesterday", Waiver()),
    ],
)
def test_what_is_honoured(line, waiver):
    assert parse_waiver(line) == waiver


@pytest.mark.parametrize(
    "line", ["", "order.user", "# a comment on querywatch", "querywatch: ignore", "# noqa"]
)
def test_what_is_no_waiver(line):
    assert parse_waiver(line) is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("# querywatch: ingore[n_plus_one]", "says 'ingore[n_plus_one]'"),
        ("# querywatch: ignored", "says 'ignored'"),
        ("# querywatch: ignore[n_plus_one", "says 'ignore[n_plus_one'"),
        ("# querywatch: ignore[]", "has the unknown kind ''"),
        ("# querywatch: ignore[nplusone]", "has the unknown kind 'nplusone'"),
        ("# querywatch: ignore until=2027-13", "has 'until=2027-13'"),
        ("# querywatch: ignore until=march", "has 'until=march'"),
        ("# querywatch: ignore max=-1", "has 'max=-1'"),
        ("# querywatch: ignore max=1 max=2", "has 'max=2'"),
        ("# querywatch: ignore one user only", "has 'one'"),
    ],
)
def test_what_is_malformed_allows_nothing_and_says_why(line, problem):
    waiver = parse_waiver(line)
    assert waiver.problem.startswith(problem)
    assert not waiver.allows(finding(), TODAY)


@pytest.mark.parametrize(
    ("waiver", "values", "is_allowed"),
    [
        (Waiver(), {}, True),
        (Waiver(kinds=("n_plus_one",)), {"kind": "potential_n_plus_one"}, True),
        (Waiver(kinds=("n_plus_one",)), {"kind": "n_plus_one_write"}, False),
        (Waiver(kinds=("potential_n_plus_one",)), {}, False),
        (Waiver(kinds=("n_plus_one_write",)), {"kind": "potential_n_plus_one"}, False),
        (
            Waiver(kinds=("n_plus_one_write",)),
            {"kind": "potential_n_plus_one", "operation": "INSERT"},
            True,
        ),
        (Waiver(max=5), {}, True),
        (Waiver(max=4), {}, False),
        (Waiver(until="2026-11"), {}, True),
        (Waiver(until="2026-10"), {}, False),
        (Waiver(until="2026-11-22"), {}, True),
        (Waiver(until="2026-11-21"), {}, False),
    ],
)
def test_what_a_waiver_allows(waiver, values, is_allowed):
    assert waiver.allows(finding(**values), TODAY) is is_allowed


def test_a_comment_line_of_its_own():
    assert is_comment("    # querywatch: ignore\n")
    assert is_comment("  {# querywatch: ignore #}\n")
    assert not is_comment("x = 1  # querywatch: ignore")
    assert not is_comment("{# querywatch: ignore #}<li>")


_PIECES = st.lists(
    st.sampled_from(
        [
            "#",
            "{#",
            "#}",
            " ",
            "querywatch",
            ":",
            "ignore",
            "[",
            "]",
            ",",
            "n_plus_one",
            "until=",
            "max=",
            "--",
        ]
    )
    | st.text(max_size=8)
).map("".join)


@given(_PIECES)
def test_no_line_raises(line):
    for text in (line, f"# querywatch:{line}", f"# querywatch: ignore{line}"):
        waiver = parse_waiver(text)
        if waiver is not None:
            assert waiver.allows(finding(), TODAY) in (True, False)
    is_comment(line)


@given(st.dates(min_value=date(1000, 1, 1)), st.dates(min_value=date(1000, 1, 1)))
def test_until_includes_its_last_day(last, today):
    assert is_until(last.isoformat())
    assert is_over(last.isoformat(), today) is (today > last)
    month = last.isoformat()[:7]
    assert is_until(month)
    assert is_over(month, today) is ((today.year, today.month) > (last.year, last.month))


@pytest.mark.parametrize("start", ["", "# querywatch: ", "# querywatch: ignore["])
@pytest.mark.parametrize(
    "piece", ["#", "#   ", "# querywatch", "#querywatch   ", "{#", "-", " ", "max=1 ", ","]
)
def test_the_time_is_linear_in_the_line(start, piece):
    def seconds(length: int) -> float:
        return min(_timed(start + piece * (length // len(piece))) for _ in range(3))

    # 16 times as long: linear is about 16 times the time, quadratic 256. The floor is the clock's noise.
    assert seconds(160_000) < 64 * max(seconds(10_000), 0.0005)


def _timed(line: str) -> float:
    start = process_time()
    parse_waiver(line)
    is_comment(line)
    return process_time() - start
