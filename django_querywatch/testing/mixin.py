"""The assertions as methods of a test case."""

from __future__ import annotations

from typing import Any

from django_querywatch.testing.assertions import assertNoNPlusOne
from django_querywatch.testing.growth import assertQueriesConstant


class QueryWatchTestMixin:
    """Adds the assertions to any `unittest.TestCase`, Django's included."""

    def assertNoNPlusOne(self, func: Any = None, *args: Any, **kwargs: Any) -> Any:
        """See `django_querywatch.testing.assertNoNPlusOne`."""
        __tracebackhide__ = True
        return assertNoNPlusOne(func, *args, **kwargs)

    def assertQueriesConstant(self, populate: Any, run: Any, scales: Any = (1, 2, 5)) -> Any:
        """See `django_querywatch.testing.assertQueriesConstant`."""
        __tracebackhide__ = True
        return assertQueriesConstant(populate, run, scales)
