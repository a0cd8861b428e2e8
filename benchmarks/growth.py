"""How time, memory and analysis grow: each shape at rising sizes, watched and not, and the exponents."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

from benchmarks.app.sizes import GROWTH_SIZES, TEXT_SIZES
from benchmarks.budget import ANALYSIS_MS, POINTER_BYTES, REQUEST_BYTES
from benchmarks.processes import Worker
from benchmarks.worker import LARGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    size: int
    bare: float
    """CPU seconds without watching."""
    watched: float
    memory: int
    """Bytes at the highest point, above bare Django's."""
    queries: int
    findings: int
    truncated: bool
    analysis: float
    """CPU seconds of `report()`."""

    @property
    def extra(self) -> float:
        return max(self.watched - self.bare, 1e-9)


def growth(shapes: list[str]) -> int:
    over = [shape for shape in shapes if not _print_shape(shape)]
    _print_texts()
    if over:
        print(f"\nover the budget: {', '.join(over)}")
    return 1 if over else 0


def measure(shape: str, size: int) -> Point:
    rounds = 1 if size >= LARGE else 5
    with Worker("bare", shape, size) as bare, Worker("on", shape, size) as watched:
        pairs = [(bare.ask("time")["cpu"], watched.ask("time")["cpu"]) for _ in range(rounds)]
        memory = watched.ask("memory")["peak"] - bare.ask("memory")["peak"]
        analysis = watched.ask("analysis")
    return Point(
        size=size,
        bare=min(pair[0] for pair in pairs),
        watched=min(pair[1] for pair in pairs),
        memory=memory,
        **analysis,
    )


def exponent(sizes: list[float], values: list[float]) -> float:
    """Slope of the least-squares line through the logarithms: 1 is linear, 0 is flat."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in values]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread


def memory_limit(shape: str, size: int) -> int:
    return REQUEST_BYTES + (POINTER_BYTES * size if shape == "instances" else 0)


def is_within(shape: str, point: Point) -> bool:
    slow = shape == "queries" and point.size == 1_000 and point.analysis * 1000 > ANALYSIS_MS
    return point.memory <= memory_limit(shape, point.size) and not slow


def _print_shape(shape: str) -> bool:
    print(f"\n{shape}: {HEADER}", flush=True)
    points = []
    for size in GROWTH_SIZES[shape]:
        points.append(measure(shape, size))
        print(_row(shape, points[-1]), flush=True)
    sizes = [point.size for point in points]
    for name in ("bare", "watched", "extra", "analysis"):
        print(f"  exponent of {name}: {exponent(sizes, [getattr(point, name) for point in points]):.2f}")
    return all(is_within(shape, point) for point in points)


HEADER = "size | bare ms | watched ms | ratio | memory KiB | queries | findings | analysis ms"


def _row(shape: str, point: Point) -> str:
    cells = (
        f"{point.size:>9,}",
        f"{point.bare * 1000:>10,.1f}",
        f"{point.watched * 1000:>10,.1f}",
        f"{point.watched / point.bare:>6.2f}",
        f"{point.memory / 1024:>9,.1f}",
        f"{point.queries:>8,}",
        f"{point.findings:>7,}",
        f"{point.analysis * 1000:>8.2f}",
    )
    notes = ("  truncated" if point.truncated else "") + ("" if is_within(shape, point) else "  over")
    return "  ".join(cells) + notes


def _print_texts() -> None:
    """Fingerprints alone: databases refuse an OR chain long before it has a megabyte."""
    from benchmarks.texts import TEXTS, fingerprint_seconds

    for name, text in TEXTS.items():
        times = [fingerprint_seconds(text, size) for size in TEXT_SIZES]
        for size, seconds in zip(TEXT_SIZES, times, strict=True):
            print(f"fingerprint of {name}, {size:>9,} bytes: {seconds * 1000:8.2f} ms", file=sys.stdout)
        print(f"  exponent: {exponent(list(TEXT_SIZES), times):.2f}")
