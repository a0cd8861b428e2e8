"""How large the loads are. Read by the parent process, which has no Django set up."""

LOAD_SIZES = {"W1": 1_000, "W2": 200, "W3": 2_000, "W4": 20_000, "W5": 50}
"""The sizes of BUDGET.md."""

GROWTH_SIZES = {
    "queries": (10, 100, 1_000, 10_000, 100_000),
    "fingerprints": (10, 100, 1_000, 10_000, 100_000),
    "stack": (20, 60, 150, 300, 500),
    "instances": (10, 1_000, 10_000, 100_000, 1_000_000),
    "path": (1, 2, 4, 7, 10),
    "findings": (10, 100, 1_000, 10_000),
    "in_list": (1_000, 10_000, 100_000, 990_000),
}

TEXT_SIZES = (1_000, 10_000, 100_000, 1_000_000)
"""Bytes of one statement."""
