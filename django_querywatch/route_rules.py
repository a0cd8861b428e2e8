"""The routes and URL names of the project: what a setting by route may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from django_querywatch.ignore_rules import nearest


def unknown_routes(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The keys that no request could have as its route or its URL's name, each with a hint."""
    known = set(_names(get_resolver().url_patterns, "", ""))
    for key in keys:
        if key not in known:
            yield key, nearest(key, known) or "write a route as urls.py does, or the name of a URL"


def _names(patterns: Sequence[Any], route: str, namespace: str) -> Iterator[str]:
    """As `ResolverMatch.route` and `ResolverMatch.view_name` will be."""
    for each in patterns:
        joined = _joined(route, str(each.pattern))
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _names(each.url_patterns, joined, inner)
        elif isinstance(each, URLPattern):
            yield joined
            yield f"{namespace}{each.name or each.lookup_str}"


def _joined(outer: str, inner: str) -> str:
    return outer + inner.removeprefix("^") if outer else inner
