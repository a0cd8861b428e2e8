"""Files that anybody may have written: each is read, or refused by name; never another exception."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_querywatch.baseline import Baseline, BaselineError, read_baseline, write_baseline
from django_querywatch.report_files import ReportFileError, read_report_files

_LINES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.just("# django-querywatch baseline, version 1"),
        st.from_regex(r"[0-9a-f]{16} .{0,40}", fullmatch=True),
        st.from_regex(r"# .{0,40}version [0-9-]{1,30}", fullmatch=True),
    ),
    max_size=8,
)
_TEXTS = _LINES.map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))
_FILES = st.one_of(st.binary(max_size=200), _TEXTS)
_NESTED = st.recursive(st.none(), st.lists).map(lambda value: repr(value).encode())
_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@_ONE_FOLDER
@given(content=_FILES)
def test_any_file_is_a_baseline_or_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "baseline.txt"
    path.write_bytes(content)
    told = outcome(lambda: read_baseline(path), BaselineError)
    if isinstance(told, Baseline):
        write_baseline(path, told)
        assert read_baseline(path) == told
    else:
        assert path.name in str(told)


@_ONE_FOLDER
@given(content=st.one_of(st.binary(max_size=200), _NESTED))
def test_any_file_holds_reports_or_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    path.write_bytes(content)
    told = outcome(lambda: read_report_files([str(path)], _Quiet()), ReportFileError)
    assert told == [] or path.name in str(told)


def outcome(call: Callable[[], object], refusal: type[Exception]) -> object:
    try:
        return call()
    except refusal as error:
        return error


def test_depth_that_no_reader_takes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.jsonl"
    path.write_text('{"format_version": 1, "findings": ' + "[" * 200_000)
    with pytest.raises(ReportFileError, match=r"deep\.jsonl"):
        read_report_files([str(path)], _Quiet())


class _Quiet:
    """A terminal that is none."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False
