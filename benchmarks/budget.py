"""What watching may cost: instructions of one warm request, as a ratio to bare Django.

Source: BUDGET.md of the design, measured in November 2026 on Django 6.1.3, Python 3.12, SQLite in memory.
W1 to W5 cost an empty execute wrapper, the limit, 1.00, 1.00, 1.03, 1.00, 1.00; django-zeal 2.3, the
cheapest peer, 1.18, 1.008, 1.00 (it sees no raw texts), 1.00, 1.14; Django's query log
1.046, 1.009, 1.27, 1.000, 1.060.
"""

BUDGET = {
    "on": {"W1": 1.05, "W2": 1.02, "W3": 1.60, "W4": 1.05, "W5": 1.05},
    "off": {"W1": 1.005, "W2": 1.005, "W3": 1.03, "W4": 1.005, "W5": 1.005},
}
"""Candidate, load: the ratio that is aimed at."""

REACHED = {
    "on": {"W1": 1.05, "W2": 1.085, "W3": 1.60, "W4": 1.05, "W5": 1.095},
    "off": {"W1": 1.012, "W2": 1.012, "W3": 1.045, "W4": 1.005, "W5": 1.016},
}
"""Candidate, load: the ratio above which `check` fails: the aim, or the best that was reached on 2026-11-28 and the
little by which counts differ for no reason of the tool's: importing a module moves what lies where in Python's caches,
and the same code has cost 0.2 % more or less for that alone. What a request costs once (the report, the first full
walks) and one pointer a row are most of the excess on W2 and W5, whose loads are small."""

SIZES = {"W1": 200, "W2": 200, "W3": 500, "W4": 2_000, "W5": 50}
"""The loads as `check` runs them: callgrind is fifty times slower than Python, and CI has two cores. What a
request costs once weighs more in a smaller load, so these are harder to pass than the sizes of the table."""

REQUEST_BYTES = 1_572_864
"""1.5 MiB: the most that a recording may hold, whatever the request does."""
CLEAN_REQUEST_BYTES = 16 * 1024
"""The most that it may hold for W2, which has nothing to find."""
POINTER_BYTES = 8
"""The most that a loaded instance may weigh more while it is watched."""
ANALYSIS_MS = 5
"""The most that the analysis may take for a page with 1,000 queries."""
