"""Hand-built findings: the README's N+1, and the same with changes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django_querywatch.records import Budget, Finding, Frame, Report, Statement


def frame(file: str, line: int, function: str | None = None) -> Frame:
    return Frame(file=str(Path.cwd() / file), line=line, function=function)


def finding(**changes: Any) -> Finding:
    readme = Finding(
        kind="n_plus_one",
        certainty="certain",
        count=50,
        avoidable=50,
        duration=0.041,
        alias="default",
        sql="SELECT ... FROM auth_user WHERE id = ?",
        fingerprint="SELECT ... FROM auth_user WHERE id = ?",
        id="3f2a9c",
        model="shop.Order",
        field="user",
        path="user",
        root_model="shop.Order",
        location=frame("shop/templates/shop/order_list.html", 12),
        origin=frame("shop/views.py", 24, "order_list"),
        suggestion='select_related("user")',
        tables=("auth_user",),
        source="{{ order.user.email }}",
    )
    location = changes.get("location", readme.location)
    return replace(readme, **{"locations": (location,) if location else (), **changes})


def unknown(**changes: Any) -> Finding:
    """A finding of which nothing but the SQL is known."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("model", "field", "path", "root_model", "location", "origin", "suggestion", "source")
    )
    return finding(**{**nothing, **changes})


def over_budget(**changes: Any) -> Finding:
    """A request of 51 queries, 10 of which were allowed."""
    spent = (
        Statement(count=50, duration=0.04, sql="select ? from auth_user", place=frame("shop/views.py", 9)),
    )
    budget = Budget(limit=10, view="shop.views.orders", written="max_queries(10)", statements=spent)
    return unknown(**{"kind": "over_budget", "count": 51, "sql": "", "budget": budget, **changes})


def report(*findings: Finding, **changes: Any) -> Report:
    values: dict[str, Any] = {
        "findings": findings,
        "query_count": 51,
        "duration": 0.044,
        "elapsed": 0.1,
        "avoidable": 50 if findings else 0,
        "name": "GET /orders/",
    }
    return Report(**{**values, **changes})


HOSTILE = 'a\nERROR forged\x1b[31m\r\x00\u202e\u2028\ud800<b>|`%0A::error::"\x9b'
"""Every way a name could leave its line, its field, its page or its encoding."""

HOSTILE_ON_A_LINE = r"a\nERROR forged\x1b[31m\r\x00\u202e\u2028\ud800<b>|`%0A::error::" + '"' + r"\x9b"
