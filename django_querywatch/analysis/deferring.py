"""Changes to querysets that leave columns out, by `only()` and `defer()`."""

from __future__ import annotations

from dataclasses import replace

from django_querywatch.analysis.related import Suggestion
from django_querywatch.records import Lineage, QueryGroup


def with_key_loaded(suggestion: Suggestion, lineage: Lineage, hops: tuple[str, ...]) -> Suggestion:
    """An eager loading, with the keys that it goes by: Django refuses to follow one that is left out."""
    left_out = _left_out(lineage.only, hops) if lineage.only else None
    if left_out is not None:
        names = ", ".join(f'"{name}"' for name in (*lineage.only, left_out))
        return replace(suggestion, call=f"only({names}).{suggestion.call}")
    deferred = {"__".join(hops[: length + 1]) for length in range(len(hops))}
    named = sorted(name for name in lineage.defer if name.removesuffix("_id") in deferred or name in deferred)
    if not named:
        return suggestion
    words = f'take "{named[0]}" out of the defer(): with it, {suggestion.call} is possible'
    return replace(suggestion, call=None, words=words)


def _left_out(only: tuple[str, ...], hops: tuple[str, ...]) -> str | None:
    """The first key on a path that an `only()` does not load."""
    for length, hop in enumerate(hops):
        before = "".join(f"{name}__" for name in hops[:length])
        loaded = {name.removeprefix(before).partition("__")[0] for name in only if name.startswith(before)}
        if not loaded:  # a relation of which nothing is chosen is loaded as a whole
            return None
        if hop not in loaded and f"{hop}_id" not in loaded:
            return f"{before}{hop}"
    return None


def for_deferred(group: QueryGroup, lineage: Lineage, field: str) -> Suggestion:
    """The column itself, in the call that left it out."""
    assert group.access is not None
    path = lineage.joined_to(group.access)
    if lineage.is_raw:
        return Suggestion(words=f'add "{field}" to the columns of the raw query', queries_needed=0)
    if lineage.only:
        names = ", ".join(f'"{name}"' for name in (*lineage.only, path))
        return Suggestion(call=f"only({names})", queries_needed=0)
    kept = [f'"{name}"' for name in lineage.defer if name != path]
    if lineage.defer and not lineage.path:
        names = ", ".join(f'"{name}"' for name in (*group.loaded, field))
        words = f'or take "{field}" out of the defer(), which is read for each row'
        return Suggestion(call=f"only({names})", words=words, queries_needed=0)
    if lineage.defer:
        words = f'"{path}" is deferred, and read for each row'
        return Suggestion(call=f"defer({', '.join(kept) or 'None'})", words=words, queries_needed=0)
    return Suggestion(
        words=f'load "{path}" with the rows: it is deferred, and read for each', queries_needed=0
    )
