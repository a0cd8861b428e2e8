"""What was measured, as values, as JSON and as a table."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """CPU time to bare Django's."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One candidate under one load."""

    candidate: str
    load: str
    cpu: Ratio
    peak: int
    """Bytes traced at the request's highest point, above the level before it."""
    kept: int
    """Bytes of these still there after the request and a garbage collection."""
    rss: int
    """Highest resident size of the process, in bytes."""
    instructions: int | None = None
    instruction_ratio: float | None = None


def as_json(versions: dict[str, str], date: str, results: list[Result]) -> dict:
    return {"date": date, "versions": versions, "results": [asdict(result) for result in results]}


def cpu_cell(result: Result) -> str:
    return str(result.cpu)


def instruction_cell(result: Result) -> str:
    return f"{result.instruction_ratio:.3f}" if result.instruction_ratio else "-"


def memory_cell(result: Result) -> str:
    return f"{result.peak / 1024:,.0f} / {result.kept / 1024:,.0f}"


def rss_cell(result: Result) -> str:
    return f"{result.rss / 1024 / 1024:,.0f}"


def render(title: str, cell, labels: dict[str, str], loads: list[str], results: list[Result]) -> str:
    """A Markdown table: a candidate a row, a load a column."""
    cells = {(result.candidate, result.load): cell(result) for result in results}
    rows = [
        [label, *(cells.get((name, load), "-") for load in loads)]
        for name, label in labels.items()
        if any((name, load) in cells for load in loads)
    ]
    header = [title, *loads]
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    padded = [[text.ljust(width) for text, width in zip(line, widths, strict=True)] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in padded)
