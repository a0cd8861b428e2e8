"""SQL text -> fingerprint: equal for statements that differ only in values and in how many. Pure, cached."""

from __future__ import annotations

from collections.abc import Mapping

from django_querywatch.fingerprint.asked import asked_rows
from django_querywatch.fingerprint.dialect import Dialect
from django_querywatch.fingerprint.normalise import Fingerprint

__all__ = ["Fingerprint", "asked_rows", "fingerprint", "known_fingerprints"]

_STANDARD = Dialect("sqlite")
_DIALECTS = {"": _STANDARD, "sqlite": _STANDARD} | {
    vendor: Dialect(vendor) for vendor in ("postgresql", "mysql", "oracle", "microsoft")
}


def fingerprint(sql: str, vendor: str = "") -> Fingerprint:
    """Return the statement's fingerprint; ``vendor`` is Django's ``connection.vendor``, "" standard SQL."""
    dialect = _DIALECTS.get(vendor, _STANDARD)
    return dialect.known.get(sql) or dialect.read(sql)


def known_fingerprints(vendor: str = "") -> Mapping[str, Fingerprint]:
    """Return the cache by raw SQL: one dictionary for the life of the process, probed without a call."""
    return _DIALECTS.get(vendor, _STANDARD).known
