"""Changes to loops whose rounds ask by hand, where no relation leads to the query."""

from __future__ import annotations

from django_querywatch.analysis.related import Suggestion
from django_querywatch.records import QueryGroup, StackGroup


def for_loop(group: QueryGroup, stack: StackGroup) -> Suggestion:
    """One query for all rounds, in place of one a round."""
    if group.access is not None:
        return Suggestion(
            words="these objects come from no queryset of this recording: they were loaded before it, kept in a "
            "cache, copied or made by hand; fetch the relation where that happens"
        )
    if stack.place is None and stack.built is not None and not stack.is_foreign:
        return Suggestion(words="the queryset is built for one value at a time: ask once for all of them")
    if stack.is_related_field:
        return Suggestion(
            words="the serializer's field looks for one object at a time: take the keys as they are, "
            "and fetch the objects for all of them at once, as in validate()"
        )
    if not stack.has_line or stack.is_foreign or stack.is_frameworks:
        return Suggestion(words="a framework asks for itself: see what it documents, or cache the answer")
    bulk = group.bulk
    if group.shape in ("get", "in_bulk") and bulk.key is not None and bulk.queryset is not None:
        return _in_bulk(group, bulk.key)
    if group.lookup and group.model and group.shape in _ASKING:
        return _for_lookup(group, stack)
    return Suggestion(words="ask once for all rows before the loop")


_ASKING = ("get", "first", "fetch_all", "iterator", "in_bulk", "count", "exists")


def on_model(group: QueryGroup, call: str) -> str:
    """The call behind the manager that gives the right rows: the bare one where that is `objects`."""
    if group.bulk.queryset in (None, "objects"):
        return call
    return f"{_model_name(group)}.{group.bulk.queryset}.{call}"


def _model_name(group: QueryGroup) -> str:
    return (group.model or "").rpartition(".")[2]


def _for_lookup(group: QueryGroup, stack: StackGroup) -> Suggestion:
    """One value a round where one query could take them all."""
    words = "ask once before the loop, and group the rows in Python"
    if group.bulk.queryset is None:
        return Suggestion(
            words="ask once before the loop, on the same queryset, and group the rows in Python"
        )
    rounds = of_all_rounds(group, stack)
    if rounds is None or (group.bulk.is_sliced and group.shape in ("count", "exists")):
        return Suggestion(words=words)
    name, conditions = rounds
    call = f"filter({conditions})"
    if group.shape == "count":
        call += f'.values("{name}").annotate(count=Count("pk"))'
        words = "count once before the loop, for all values"
    if group.shape == "exists":
        call += f'.values_list("{name}", flat=True)'
        words = "ask once before the loop, which of the values there are"
    return Suggestion(call=on_model(group, call), words=words)


def _in_bulk(group: QueryGroup, key: str) -> Suggestion:
    by = "" if key == "pk" else f', field_name="{key}"'
    by_what = "keys" if key == "pk" else f"values of {key}"
    words = f"fetch the {_model_name(group)} objects before the loop, by their {by_what}"
    return Suggestion(call=on_model(group, f"in_bulk(...{by})"), words=words)


def of_all_rounds(group: QueryGroup, stack: StackGroup) -> tuple[str, str] | None:
    """The lookup whose value differs by the round, and the conditions of one query for all; None where that is unknown.

    It is the one that asks for what belongs to the row that the loop goes over, or the only condition.
    """
    filters = group.asked.filters
    asked = stack.row_lookups or (group.lookup if filters == group.lookup else ())
    if len(asked) != 1 or not group.asked.is_all_told:
        return None
    others = [other for other in filters if other != asked[0]]
    if len(others) == len(filters) or not set(stack.steady_lookups).issuperset(others):
        return None
    if group.kind == "write" and any(each.lookups != stack.lookups for each in group.stacks):
        return None  # one line writes by different conditions
    return asked[0], ", ".join([f"{asked[0]}__in=[...]", *(f"{other}=..." for other in others)])
