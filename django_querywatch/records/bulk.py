"""What a call for many rows at once has to keep of a query, or a write, for one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Facts of the model and the queryset without which such a call would do something else."""

    queryset: str | None = None
    """What stands between the model and the call: ``objects``, ``everything.using("other")``; None where unknown."""
    is_sliced: bool = False
    key: str | None = None
    """What `in_bulk()` may find the rows by: ``pk``, or the name of a unique field."""
    unique_fields: tuple[str, ...] = ()
    """The unique set that `get_or_create()` or `update_or_create()` looks by; empty where it looks by no such set."""
    has_targets: bool = True
    """The database takes the names of these fields for an upsert."""
    through: str | None = None
    """Of a many-to-many whose table Django makes, with one row for each pair: ``Book.tags.through.objects``."""
    has_own_through: bool = False
    """Of a many-to-many: the project declares that table, with columns of its own."""
    refreshed: tuple[str, ...] = ()
    """Fields that `save()` would set by itself: those with `auto_now`."""
    has_expressions: bool = False
    """The database computes a value that is written."""
    is_new: bool = False
    """The object that is saved was not loaded."""
    tables: int = 1
    """Tables that hold a row."""
    caveats: tuple[str, ...] = ()
    """What a bulk call would leave out: multi_table, overrides_save, overrides_delete, save_receivers,
    delete_receivers, m2m_receivers."""
