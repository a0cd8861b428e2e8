"""The nouns: frozen values that capture hands to analysis and analysis to reporters. No I/O, no Django."""

from django_querywatch.records.bulk import Bulk
from django_querywatch.records.config import Config
from django_querywatch.records.findings import Budget, Finding, Report, Statement
from django_querywatch.records.frames import Frame, short_path
from django_querywatch.records.groups import (
    COLUMN_CALLS,
    ENOUGH_LOADINGS,
    ENOUGH_UNITS,
    EagerLoading,
    QueryGroup,
    Repetition,
    RowCheck,
    StackGroup,
)
from django_querywatch.records.kinds import KINDS, N_PLUS_ONE_KINDS, WARNING_KINDS, Certainty, Kind
from django_querywatch.records.relations import Asked, Eager, Lineage, RelationAccess

__all__ = [
    "COLUMN_CALLS",
    "ENOUGH_LOADINGS",
    "ENOUGH_UNITS",
    "KINDS",
    "N_PLUS_ONE_KINDS",
    "WARNING_KINDS",
    "Asked",
    "Budget",
    "Bulk",
    "Certainty",
    "Config",
    "Eager",
    "EagerLoading",
    "Finding",
    "Frame",
    "Kind",
    "Lineage",
    "QueryGroup",
    "RelationAccess",
    "Repetition",
    "Report",
    "RowCheck",
    "StackGroup",
    "Statement",
    "short_path",
]
