"""One vendor's fingerprints: those already known, by raw text and by skeleton, and the way to a new one."""

from __future__ import annotations

from sys import getsizeof

from django_querywatch.fingerprint.cache import ByteLimit
from django_querywatch.fingerprint.lexer import MARK
from django_querywatch.fingerprint.normalise import Fingerprint, normaliser_for
from django_querywatch.fingerprint.skeleton import skeleton_of, without_last_comment

CAP = 1 << 16
"""Characters that are read; of a longer text, the rest counts by its length only."""

LIMIT: ByteLimit[Fingerprint] = ByteLimit(1 << 20)
"""Shared by all vendors."""


class Dialect:
    """Reads the SQL of one vendor."""

    def __init__(self, vendor: str, limit: ByteLimit[Fingerprint] = LIMIT) -> None:
        self.known = limit.new_table()
        self._by_skeleton = limit.new_table()
        self._add = limit.add
        self._normalise = normaliser_for(vendor)

    def read(self, sql: str) -> Fingerprint:
        """Return the fingerprint of a text that is not known yet."""
        if len(sql) > CAP:
            return self._read_head(sql)
        if sql.endswith("*/"):
            return self._read_commented(sql)
        return self._read_whole(sql)

    def _read_whole(self, sql: str) -> Fingerprint:
        skeleton = skeleton_of(sql)
        found = self._by_skeleton.get(skeleton)
        if found is not None:
            self._add(self.known, sql, found)
            return found
        found = self._normalise(skeleton)
        if found is None:
            found = self._read_raw(sql)
        elif skeleton != sql:
            self._add(self._by_skeleton, skeleton, found)
        self._add(self.known, sql, found, _size(found))
        return found

    def _read_commented(self, sql: str) -> Fingerprint:
        """Leave the last comment out of the key too: sqlcommenter's differs on every request."""
        bare = without_last_comment(sql)
        found = self.known.get(bare) or self._read_whole(bare)
        return found if not found.is_open else self._read_whole(sql)

    def _read_head(self, sql: str) -> Fingerprint:
        cut = f"<cut from {1 << len(sql).bit_length() - 11} KiB>"
        head = sql[:CAP]
        return self._normalise(skeleton_of(head), cut) or self._read_raw(head, cut)

    def _read_raw(self, sql: str, cut: str = "") -> Fingerprint:
        found = self._normalise(sql.replace(MARK, " "), cut)
        assert found is not None, "a text without marks cannot be spoiled by them"
        return found


def _size(found: Fingerprint) -> int:
    tables = found.tables
    return getsizeof(found) + getsizeof(found.text) + getsizeof(tables) + sum(map(getsizeof, tables))
