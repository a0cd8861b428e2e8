"""Findings made by hand."""

from datetime import date

from django_querywatch.records import Finding

TODAY = date(2026, 11, 22)


def finding(**values) -> Finding:
    return Finding(
        **{
            "kind": "n_plus_one",
            "certainty": "certain",
            "count": 5,
            "avoidable": 5,
            "duration": 0.0,
            "alias": "default",
            "sql": "",
            "fingerprint": "",
            "id": "1",
            **values,
        }
    )
