"""Changes to loops that write one row a round: one call for all rows, where it is known to do the same."""

from __future__ import annotations

from django_querywatch.analysis.related import Suggestion
from django_querywatch.analysis.rounds import of_all_rounds, on_model
from django_querywatch.records import QueryGroup, StackGroup

_BATCH = 100
"""Rows that Django deletes with one statement, where it has to load them."""


def for_write(group: QueryGroup, stack: StackGroup) -> Suggestion:
    """One call for all rows, in place of one a row."""
    if stack.is_foreign or stack.is_frameworks:
        words = "a library writes for each row: see whether it documents a call for many at once"
        return Suggestion(words=words)
    if stack.writes_one and group.shape in ("save", "update") and not group.bulk.has_expressions:
        return Suggestion(words="all rounds write one row: write it once, behind the loop")
    if group.access is not None and group.access.is_to_many and group.shape in _OF_RELATIONS:
        return _for_relation(group, stack)
    if group.shape in ("update", "delete") and group.asked.has_own and not group.is_by_key:
        return _for_filtered_write(group, stack)
    if group.shape in ("get_or_create", "update_or_create"):
        return _for_upsert(group)
    if group.shape == "create" or (group.shape == "save" and group.operation == "INSERT"):
        return _for_inserts(group, "bulk_create(objects)")
    if group.shape in ("save", "update"):
        return _for_updates(group)
    if group.shape == "delete":
        return _for_deletes(group)
    is_known = group.shape in _OF_RELATIONS
    return Suggestion(words="collect what is to be written, and write it with one call" if is_known else None)


def _for_inserts(group: QueryGroup, call: str, *words: str) -> Suggestion:
    if "multi_table" in group.bulk.caveats:
        return Suggestion(words=_with_caveats(group, _CAVEATS["multi_table"]))
    return Suggestion(call=on_model(group, call), words=_with_caveats(group, *words))


def _for_upsert(group: QueryGroup) -> Suggestion:
    """Only a unique set tells the database which rows are there."""
    names = group.bulk.unique_fields
    is_update = group.shape == "update_or_create"
    if not names or group.bulk.has_expressions or (is_update and not group.bulk.has_targets):
        words = "look up before the loop which rows there are, and write the others with one bulk_create()"
        if is_update:
            words += ", those with one bulk_update()"
        return Suggestion(words=_with_caveats(group, words))
    if not is_update:
        words = "it gives back no primary keys: look the rows up after it"
        return _for_inserts(group, "bulk_create(objects, ignore_conflicts=True)", words)
    unique = ", ".join(f'"{name}"' for name in names)
    call = f"bulk_create(objects, update_conflicts=True, update_fields=[...], unique_fields=[{unique}])"
    distinct = f"with one object for each {' and '.join(names)}"
    return _for_inserts(group, call, distinct, *_refreshed(group, "name {} among the update_fields, too"))


def _for_updates(group: QueryGroup) -> Suggestion:
    if group.bulk.has_expressions:
        words = (
            "the database computes the new value: add up in Python what one row gets, and write each row once"
        )
        return Suggestion(words=words)
    if group.bulk.is_new and group.shape == "save":
        words = "look up before the loop which rows there are: bulk_update() writes those, bulk_create() the others"
        return Suggestion(words=_with_caveats(group, words))
    # Each table is written once, and the keys of the parents' rows are asked for.
    needed = 1 if len(group.stacks) == 1 else 1 + group.bulk.tables
    call = on_model(group, "bulk_update(objects, fields)")
    refreshed = _refreshed(
        group, "mind that it sets no auto_now: give {} a value, and name it among the fields"
    )
    return Suggestion(call=call, words=_with_caveats(group, *refreshed), queries_needed=needed)


def _refreshed(group: QueryGroup, words: str) -> list[str]:
    names = group.bulk.refreshed
    return [words.format(" and ".join(names))] if names else []


def _for_deletes(group: QueryGroup, chosen: str = "filter(pk__in=[...])") -> Suggestion:
    """With what belongs to the rows, it is not known how many queries remain."""
    counts = [stack.count for stack in group.stacks]
    if len(counts) not in (1, group.bulk.tables) or len(set(counts)) > 1:
        words = (
            f"call delete() on one queryset of all rows, {chosen}: what belongs to them goes in a few queries"
        )
        return Suggestion(words=_with_caveats(group, words), queries_needed=1 + len(counts))
    needed = 1
    if len(counts) > 1 or "delete_receivers" in group.bulk.caveats:  # the rows are loaded first
        needed += sum(-(-count // _BATCH) for count in counts)
    call = on_model(group, f"{chosen}.delete()")
    return Suggestion(call=call, words=_with_caveats(group), queries_needed=needed)


_OF_RELATIONS = ("add", "set", "remove", "clear", "create", "get_or_create", "update_or_create")


def _for_relation(group: QueryGroup, stack: StackGroup) -> Suggestion:
    """The methods of a related manager, which write the rows of a link, or change the rows on the other side."""
    access = group.access
    assert access is not None
    is_many_to_many = access.kind == "many_to_many"
    if group.shape in ("create", "get_or_create", "update_or_create"):
        if is_many_to_many:
            words = "make the objects with one bulk_create() and the rows that link them with another"
            return Suggestion(words=words, queries_needed=2)
        return _for_upsert(group) if group.shape != "create" else _for_inserts(group, "bulk_create(objects)")
    is_plain_add = group.shape == "add" and not group.bulk.has_own_through
    if (is_plain_add or group.shape == "remove") and not stack.has_distinct_parents:
        return Suggestion(call=f"{group.shape}(*objects)")
    if group.shape == "add" and group.bulk.through is not None:
        call = f"{group.bulk.through}.bulk_create([...], ignore_conflicts=True)"
        return Suggestion(call=call, words=_with_caveats(group))
    if is_many_to_many:
        return Suggestion(
            words=f"write the rows of {access.field}.through for all objects together: {_TABLE}"
        )
    words = f"set {access.remote_name or 'the key'} on the objects of all rounds, and write them together"
    return Suggestion(words=f"{words} with one bulk_update() or update()")


_TABLE = "delete what has to go with one call, and add what is missing with one bulk_create()"


def _for_filtered_write(group: QueryGroup, stack: StackGroup) -> Suggestion:
    """One call for what a condition with one value a round chooses."""
    rounds = of_all_rounds(group, stack)
    if rounds is None or group.bulk.has_expressions:
        return Suggestion(words=f"call {group.shape}() once, for the conditions of all rounds together")
    chosen = f"filter({rounds[1]})"
    if group.shape == "delete":
        return _for_deletes(group, chosen)
    words = "one call is enough where every round sets the same values"
    return Suggestion(call=on_model(group, f"{chosen}.update(...)"), words=words)


def _with_caveats(group: QueryGroup, *words: str) -> str | None:
    """The words, and what the call for many rows would leave out."""
    found = [text for name, text in _CAVEATS.items() if name in group.bulk.caveats and name != "multi_table"]
    return "; ".join([*words, *found]) or None


_CAVEATS = {
    "multi_table": "bulk_create() does not take models of several tables: create the parents' rows first",
    "overrides_save": "mind that a bulk call does not run the model's own save()",
    "overrides_delete": "mind that a bulk call does not run the model's own delete()",
    "save_receivers": "mind that a bulk call sends no save signals to the model's receivers",
    "m2m_receivers": "mind that a bulk call sends no m2m_changed signal to the receivers",
}
