"""The short way for a query whose group's verdict is settled: recognised by the frame at its call site, counted.

`sys._getframe(depth)` makes one frame object, whatever lies between; a walk makes one for each frame.
"""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any

from django.db.models import QuerySet
from django.db.models.manager import BaseManager

from django_querywatch.capture.attribution import Relation
from django_querywatch.capture.buckets import Bucket
from django_querywatch.capture.groups import MOST_SAMPLES, Family
from django_querywatch.capture.lineage import ATTRIBUTE, Node, mixed
from django_querywatch.capture.looking import is_a, own_attributes
from django_querywatch.capture.places import Site
from django_querywatch.capture.shortcuts import attribute_read
from django_querywatch.capture.sighting import Evaluation, Sighting

ENOUGH = 3
"""Queries after which a group that repeats per row is settled: any threshold but a configured one is passed. Where
lineage proves it, the second row is enough."""
ENOUGH_VALUES = 8
"""Queries whose conditions had the same values: that those of the further rows have them, too, is assumed then."""


class Settled:
    """A call site whose queries only count from now on."""

    __slots__ = (
        "alias",
        "asker",
        "bucket",
        "code",
        "depth",
        "family",
        "lasti",
        "node",
        "rows",
        "template_node",
    )

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
        self.asker = 0
        """Frames from the query to the manager's or queryset's that asks for a relation, where no rows come of it."""
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
        if self.node is not None:
            if evaluation is not None:
                parent = evaluation.queryset._hints.get("instance")
            else:
                parent = _parent_in(sys._getframe(self.asker + above))
            if parent is None or getattr(parent._state, ATTRIBUTE, None) is not self.node:
                return False
        if evaluation is None:
            return self.rows is None
        evaluation.node = self.rows
        return True

    def find_asker(self, parent: Any, above: int) -> bool:
        """Whether a frame tells the row whose relation is asked; the outermost below the call site is taken."""
        for depth in range(self.depth - 1, -1, -1):
            if _parent_in(sys._getframe(depth + above)) is parent:
                self.asker = depth
                return True
        return False


def _parent_in(frame: FrameType) -> Any:
    """The row whose relation a manager's or a queryset's own frame asks for."""
    names: Any = frame.f_locals
    owner = names.get("self")
    if is_a(owner, QuerySet):
        return owner._hints.get("instance")
    return own_attributes(owner).get("instance") if is_a(owner, BaseManager) else None


def settle(
    sighting: Sighting, family: Family, bucket: Bucket, evaluation: Evaluation | None, above: int
) -> Settled | None:
    """A short way for a bucket, once it is proven that it repeats per row and its call site can be found again.

    The query runs `above` frames below the caller.
    """
    walk = sighting.walk
    if walk.site_depth < 0 or bucket.is_exempt or sighting.follows is not None:
        return None
    if 0 < len(family.samples) < MOST_SAMPLES:  # parameters are shown, and there are too few to show
        return None
    if sighting.kind == "edge":
        if not bucket.has_distinct_parents or not _tells_relation(sighting):
            return None
        if bucket.steady and bucket.count < ENOUGH_VALUES:
            return None
    elif (
        bucket.count < ENOUGH
        or sighting.is_many_keyed
        or not bucket.has_loop
        or (bucket.writes_one or bucket.writes_next)
        or len(bucket.parameters) < ENOUGH - 1
    ):
        return None
    settled = Settled(sighting, family, bucket, evaluation.node if evaluation is not None else None)
    if evaluation is None and sighting.relation is not None and sighting.node is not None:
        return settled if settled.find_asker(sighting.relation.instance, above + 1) else None
    return settled


def _tells_relation(sighting: Sighting) -> bool:
    """Whether what the call site asks in these words, it asks of this relation: two keys to one model ask alike."""
    relation, walk = sighting.relation, sighting.walk
    assert relation is not None
    if sighting.node is not None and mixed(sighting.node):
        return False
    if not _has_twin(relation, relation.target or getattr(walk.queryset, "model", None)):
        return True
    return is_a(walk.site, Site) and attribute_read(walk.site) == relation.name


def _has_twin(relation: Relation, target: Any) -> bool:
    if relation.kind in (
        "deferred",
        "reverse",
        "many_to_many",
        "reverse_one_to_one",
    ):  # their SQL names the column
        return False
    options = type(relation.instance)._meta
    keys = [field for field in (*options.concrete_fields, *options.private_fields) if field.is_relation]
    return sum(_may_lead_to(field.related_model, target) for field in keys) > 1


def _may_lead_to(model: Any, target: Any) -> bool:
    if model is None or target is None:  # a generic key
        return True
    return model._meta.concrete_model is target._meta.concrete_model
