"""What a scenario is, and the decorators that declare one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

Label = Literal["n_plus_one", "n_plus_one_write", "clean"]
View = Callable[..., Any]
Fixes = tuple[str, ...] | Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A view, what is wrong with it, and the axis on which that shows."""

    name: str
    family: str
    label: Label
    view: View | None
    populate: Callable[[int], Any]
    """Makes so many rows on the axis."""
    relation: tuple[str, ...] = ()
    """Accepted ``app.Model.accessor``, each hop of a chain; empty where no relation can be known."""
    path: tuple[str, ...] = ()
    """Accepted paths from the root queryset."""
    fix: Fixes = ()
    """Accepted suggestions, the first of which makes the twin; or a predicate over suggestion and advice."""
    kinds: tuple[str, ...] = ()
    """Accepted kinds of the finding; by default the label itself."""
    marks: tuple[str, ...] = ()
    """Names of marks outside the view that belong to this scenario, besides its own name."""
    duplicate_ok: bool = False
    two_rows: bool = False
    """The N+1 must be seen with two rows."""
    one_row: bool = False
    """It must be seen as potential N+1 with one row."""
    mechanical: bool = True
    """The advised call can be put into one marked line by machine."""
    silent_at_one: bool = True
    """A clean view can be told from an N+1 even with one row."""
    more_findings: int = 0
    """So many more findings may be told, where one line asks for two things."""
    batch: int = 0
    """A clean view may send ``per_batch`` more queries for every so many rows."""
    per_batch: int = 1
    ask: Callable[..., Any] | None = None
    """Makes the request(s) with ``client, url``; by default one GET. A coroutine gets the async client."""
    routes: Callable[[Any], list[Any]] | None = None
    """Makes the URL patterns of a view that is no plain view: an admin page, a view set, a schema."""
    asynchronous: bool = False
    warm: bool = False
    """The request is made once, uncounted and unwatched, before the one that counts."""
    middleware: tuple[str, ...] = ()
    settings: dict[str, Any] | None = None
    django: tuple[int, int] = (5, 2)
    """First Django release it runs on."""

    @property
    def accepted_kinds(self) -> tuple[str, ...]:
        return self.kinds or (self.label,)


SCENARIOS: dict[str, Scenario] = {}
TWINS: dict[str, View] = {}
"""Fixed views written by hand, by the name of the scenario."""

DECORATORS = ("n_plus_one", "n_plus_one_write", "clean", "fixed")


def n_plus_one(
    *relation: str,
    path: str | Iterable[str] = (),
    fix: str | Iterable[str] | Callable[[str], bool] = (),
    **more: Any,
) -> Callable[[View], View]:
    """Declare a view that reads once per row; with a relation it must be seen at two rows and at one."""
    more.setdefault("two_rows", bool(relation))
    more.setdefault("one_row", True)
    return _declare("n_plus_one", relation=relation, path=_tuple(path), fix=_fixes(fix), **more)


def n_plus_one_write(*relation: str, fix: Any = (), **more: Any) -> Callable[[View], View]:
    """Declare a view that writes once per row."""
    return _declare("n_plus_one_write", relation=relation, fix=_fixes(fix), **more)


def clean(**more: Any) -> Callable[[View], View]:
    """Declare a view about which nothing may be said."""
    return _declare("clean", **more)


def fixed(scenario: View | str) -> Callable[[View], View]:
    """Declare the view with the advised change made by hand, where it is more than a call on the queryset."""
    name = scenario if isinstance(scenario, str) else scenario.__name__

    def keep(view: View) -> View:
        TWINS[name] = view
        return view

    return keep


def add(scenario: Scenario) -> None:
    """Register a scenario that no decorator can declare: an admin page, a view of a framework."""
    if scenario.name in SCENARIOS:
        raise ValueError(f"two scenarios are named {scenario.name}")
    SCENARIOS[scenario.name] = scenario


def no_call(text: str) -> bool:
    """Accept any words, but no call on the queryset: none would cure it."""
    return not any(f"{call}_related(" in text for call in ("select", "prefetch"))


def mentions(*words: str) -> Callable[[str], bool]:
    """Accept any fix whose suggestion or advice holds one of the words."""
    return lambda text: any(word in text for word in words)


def _declare(label: Label, **more: Any) -> Callable[[View], View]:
    def keep(view: View) -> View:
        family = view.__module__.rpartition(".")[2]
        add(Scenario(**{"name": view.__name__, **more}, family=family, label=label, view=view))
        return view

    return keep


def _tuple(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _fixes(value: str | Iterable[str] | Callable[[str], bool]) -> Fixes:
    return value if callable(value) else _tuple(value)
