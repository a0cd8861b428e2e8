"""The short way for a query whose group's verdict is settled: recognised by the frame at its call site, counted.

`sys._getframe(depth)` makes one frame object, whatever lies between; a walk makes one for each frame.
"""

from __future__ import annotations

import sys
from types import CodeType
from typing import Any

from django_querywatch.capture.buckets import Bucket
from django_querywatch.capture.groups import Family
from django_querywatch.capture.lineage import ATTRIBUTE, Node
from django_querywatch.capture.sightings import Evaluation, Sighting

ENOUGH = 3
"""Queries after which a group that repeats per row is settled: any threshold but a configured one is passed."""


class Settled:
    """A call site whose queries only count from now on."""

    __slots__ = ("alias", "bucket", "code", "depth", "family", "lasti", "node", "rows", "template_node")

    def __init__(self, sighting: Sighting, family: Family, bucket: Bucket, rows: Node | None) -> None:
        walk = sighting.walk
        self.alias = family.alias
        self.family = family
        self.bucket = bucket
        self.depth = walk.site_depth
        self.code: CodeType = walk.site_frame.f_code  # type: ignore[union-attr]
        self.lasti: int = walk.site_frame.f_lasti  # type: ignore[union-attr]
        self.template_node: Any = walk.site_node
        self.node = sighting.node
        """The rows whose relation is read; None where the queries follow from no lineage."""
        self.rows = rows
        """The node of the rows that each query brings."""

    def is_same(self, evaluation: Evaluation | None, above: int) -> bool:
        """Whether the query that runs `above` frames below the caller is one more of this group."""
        try:
            frame = sys._getframe(self.depth + above)
        except ValueError:  # the stack is not that deep
            return False
        if frame.f_code is not self.code or frame.f_lasti != self.lasti:
            return False
        if self.template_node is not None and frame.f_locals["self"] is not self.template_node:
            return False
        if evaluation is None:
            return self.rows is None
        if self.node is not None:
            parent = evaluation.queryset._hints.get("instance")
            if parent is None or getattr(parent._state, ATTRIBUTE, None) is not self.node:
                return False
        evaluation.node = self.rows
        return True


def settle(
    sighting: Sighting, family: Family, bucket: Bucket, evaluation: Evaluation | None
) -> Settled | None:
    """A short way for a bucket, once it is proven that it repeats per row and its call site can be found again."""
    walk = sighting.walk
    if walk.site_depth < 0 or bucket.is_exempt or sighting.follows is not None:
        return None
    if sighting.kind == "edge":
        if not bucket.has_distinct_parents:
            return None
    elif sighting.is_many_keyed or not bucket.has_loop or len(bucket.parameters) < ENOUGH - 1:
        return None
    return Settled(sighting, family, bucket, evaluation.node if evaluation is not None else None)
