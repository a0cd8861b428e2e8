"""Report <-> plain JSON values, in a versioned form: what panels store, workers send and commands read.

Keys are the names of the fields in ``records``. In OpenTelemetry's semantic conventions they are called:

    sql                  db.query.text          location.file        code.file.path
    fingerprint          db.query.summary       location.line        code.line.number
    operation            db.operation.name      location.function    code.function.name
    tables               db.collection.name     route                http.route
    alias                db.namespace
"""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from django_querywatch.records import Report
from django_querywatch.reporters.json_reading import RECORDS, FormatError, read_record

# 1: the first.
FORMAT_VERSION = 1
FILE_VARIABLE = "QUERYWATCH_JSON_FILE"

__all__ = [
    "FORMAT_VERSION",
    "FormatError",
    "append",
    "report",
    "report_from_dict",
    "report_from_json_line",
    "report_to_dict",
    "report_to_json_line",
]


def report(report: Report) -> None:
    """Append the report to the file that the environment variable ``QUERYWATCH_JSON_FILE`` names."""
    path = os.environ.get(FILE_VARIABLE)
    if not path:
        raise LookupError(
            f"{__name__}.report has no file to write to: set the environment variable {FILE_VARIABLE}, "
            "or name a function of your own in QUERYWATCH['REPORTERS'] that calls append(report, path)"
        )
    append(report, Path(path))


def append(report: Report, path: Path) -> None:
    """Add the report to a file of JSON lines, in one write, so that processes may share the file."""
    line = report_to_json_line(report).encode() + b"\n"
    with path.open("ab", buffering=0) as file:
        written = file.write(line)
        if written != len(line):
            raise OSError(f"only {written} of {len(line)} bytes went into {path}: is the disk full?")


def report_to_json_line(report: Report) -> str:
    """The report as one line of ASCII JSON, without the line's end."""
    return json.dumps(report_to_dict(report), separators=(",", ":"))


def report_from_json_line(line: str | bytes, where: str = "the report") -> Report:
    """Read one line; FormatError names the line by ``where``."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(where, f"no JSON ({type(error).__name__})") from error
    return report_from_dict(data, where)


def report_to_dict(report: Report) -> dict[str, Any]:
    """The report as dicts, lists, strings, numbers, booleans and None."""
    return {"format_version": FORMAT_VERSION, **_plain(report)}


def report_from_dict(data: object, where: str = "the report") -> Report:
    """Read what ``report_to_dict`` made. Unknown keys of this version are passed over."""
    if not isinstance(data, dict):
        raise FormatError(where, f"{type(data).__name__}, not an object")
    _check_version(data.get("format_version"), where)
    return read_record(Report, data, where)


def _check_version(version: object, where: str) -> None:
    if type(version) is not int or version < 1:
        raise FormatError(f"{where}.format_version", "missing or no version")
    if version > FORMAT_VERSION:
        raise FormatError(
            f"{where}.format_version",
            f"newer than the {FORMAT_VERSION} that this django-querywatch reads",
            "Upgrade django-querywatch here to the version that wrote it.",
        )


_NAMES = {record: tuple(field.name for field in fields(record)) for record in RECORDS}


def _plain(value: Any) -> Any:
    names = _NAMES.get(type(value))
    if names is not None:
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        if value and type(value[0]) is tuple:  # a timeline: half of all the work, if taken number by number
            return list(map(list, value))
        return [_plain(item) for item in value]
    return value
