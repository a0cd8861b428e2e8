"""Assertions for tests, with whatever runner: a page must have no N+1, or its queries must not grow."""

from django_querywatch.testing.assertions import assertNoNPlusOne
from django_querywatch.testing.growth import assertQueriesConstant
from django_querywatch.testing.mixin import QueryWatchTestMixin

__all__ = ["QueryWatchTestMixin", "assertNoNPlusOne", "assertQueriesConstant"]
