"""The day, or the month, up to which an ignore holds: ``2027-03-31`` or ``2027-03``."""

from __future__ import annotations

import re
from datetime import date

_FORM = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)
_MONTH = len("2027-03")


def is_until(text: str) -> bool:
    """Whether it is a day or a month of the calendar."""
    if not _FORM.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01" if len(text) == _MONTH else text)
    except ValueError:
        return False
    return True


def is_over(until: str | None, today: date) -> bool:
    """Whether that day, or the last one of that month, has passed."""
    return until is not None and today.isoformat()[: len(until)] > until
