"""Checks whether there are rows that cost more than they need, where the source line proves it; read for a report.

A `count()` of which nothing but its truth is used, and an `exists()` or `count()` right before the same queryset is
loaded. Both are told by the line, by its fingerprint, and by the note that the two querysets share.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

from django_querywatch.capture.buckets import Bucket
from django_querywatch.capture.groups import Counts, Family
from django_querywatch.capture.places import Site, source_line
from django_querywatch.capture.row_check_lines import PythonCheck, python_check
from django_querywatch.capture.row_check_tags import TemplateCheck, template_check
from django_querywatch.capture.sites import TemplateSite
from django_querywatch.fingerprint import asked_rows
from django_querywatch.records import RowCheck

_DJANGO = Path(django.__file__).parent
_ASKING = tuple(
    f"{folder}{os.sep}" for folder in (_DJANGO / "db", _DJANGO / "template", Path(__file__).parents[1])
)
"""Between a line and the database stands nobody else: a paginator's `count` is no queryset's."""


def row_checks(counts: Counts) -> list[RowCheck]:
    """The checks of a recording that cost more than they need."""
    return [found for family, bucket in counts.checks for found in _row_check(family, bucket, counts)]


def _row_check(family: Family, bucket: Bucket, counts: Counts) -> Iterator[RowCheck]:
    assert bucket.check is not None
    method, place = bucket.method, bucket.place
    check = _line_of(bucket) if _is_direct(bucket) else None
    if check is None:
        return
    loading = _loading(check, family, bucket, counts)
    if loading is None and method == "exists":
        return
    frame = place.frame()
    options = getattr(bucket.check.model, "_meta", None)
    yield RowCheck(
        group_key=id(family),
        method=method,
        count=bucket.count,
        duration=bucket.duration,
        saved=min(bucket.count, loading.count) if loading is not None else 0,
        alias=family.alias,
        sql=family.sql if family.samples else family.fingerprint.text,
        fingerprint=family.fingerprint.text,
        tables=family.fingerprint.tables,
        model=options.label if options is not None else None,
        written=check.written,
        better=check.loaded if loading is not None else check.better,
        place=frame,
        source=source_line(frame),
        loaded_at=loading.place.frame() if loading is not None else None,
    )


def _line_of(bucket: Bucket) -> PythonCheck | TemplateCheck | None:
    if isinstance(bucket.place, Site):
        return python_check(bucket.place, bucket.method)
    if isinstance(bucket.place, TemplateSite):
        return template_check(bucket.place, bucket.method)
    return None


def _is_direct(bucket: Bucket) -> bool:
    """Whether the line itself asks, and no library for it."""
    assert bucket.check is not None
    for site in bucket.key:
        if site == bucket.place:
            return True
        if isinstance(site, Site) and not site.facts.code.co_filename.startswith(_ASKING):
            return False
    return False


def _loading(
    check: PythonCheck | TemplateCheck, family: Family, bucket: Bucket, counts: Counts
) -> Bucket | None:
    """The queries by which the rows of the same queryset were loaded right behind the check."""
    note = bucket.note
    if note is None or not check.loading_lines:
        return None
    for other in counts.families.values():
        for loaded in other.buckets.values():
            if _is_load_of(loaded, note) and check.is_loaded_by(loaded.place):
                asked = asked_rows(family.fingerprint.text)
                if (
                    other.alias == family.alias
                    and asked is not None
                    and asked == asked_rows(other.fingerprint.text)
                ):
                    return loaded
    return None


def _is_load_of(bucket: Bucket, note: Any) -> bool:
    return bucket.method == "fetch_all" and bucket.note is note
