"""The nouns: frozen values that capture hands to analysis and analysis to reporters. No I/O, no Django."""

from django_querywatch.records.config import Config
from django_querywatch.records.findings import Budget, Finding, Report, Statement
from django_querywatch.records.frames import Frame, short_path
from django_querywatch.records.groups import (
    ENOUGH_LOADINGS,
    ENOUGH_UNITS,
    Asked,
    EagerLoading,
    Lineage,
    QueryGroup,
    RelationAccess,
    Repetition,
    RowCheck,
    StackGroup,
)
from django_querywatch.records.kinds import KINDS, N_PLUS_ONE_KINDS, WARNING_KINDS, Certainty, Kind

__all__ = [
    "ENOUGH_LOADINGS",
    "ENOUGH_UNITS",
    "KINDS",
    "N_PLUS_ONE_KINDS",
    "WARNING_KINDS",
    "Asked",
    "Budget",
    "Certainty",
    "Config",
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
