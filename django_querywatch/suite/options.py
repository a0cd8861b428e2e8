"""What the user asked of a run: the same options for pytest and for ``manage.py test``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Mode = Literal["off", "report", "fail"]
MODES = ("off", "report", "fail")
FORMATS = ("text", "json", "sarif", "github", "agent")


class OptionError(Exception):
    """Options that cannot be followed: says which, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Output:
    """A form of the report, and the file it goes to; None: among what the run prints."""

    format: str
    path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    mode: Mode | None = None
    """None: nobody said; only tests that are marked are watched."""
    baseline: Path | None = None
    updates_baseline: bool = False
    shrinks_only: bool = False
    outputs: tuple[Output, ...] = ()

    @property
    def adds_to_baseline(self) -> bool:
        return self.updates_baseline and not self.shrinks_only


def add_options(add: Callable[..., Any]) -> None:
    """Add the options by pytest's ``addoption`` or argparse's ``add_argument``."""
    add(
        "--querywatch",
        choices=MODES,
        default=None,
        help="Watch each test's queries; report or fail for N+1s.",
    )
    add(
        "--querywatch-baseline",
        metavar="FILE",
        default=None,
        help="Tolerate the findings that this file lists, and fail for new ones.",
    )
    add(
        "--querywatch-update-baseline",
        action="store_true",
        default=False,
        help="Add new findings to the baseline and, after a full run, take stale entries out.",
    )
    add(
        "--querywatch-shrink-only",
        action="store_true",
        default=False,
        help="Never add to the baseline when updating it.",
    )
    add(
        "--querywatch-report",
        metavar="FORMAT[:FILE]",
        action="append",
        default=None,
        help=f"Also report as one of {', '.join(FORMATS)}, to a file or the terminal. May be given again.",
    )


def read_options(
    *,
    mode: str | None,
    baseline: str | None,
    update: bool,
    shrink_only: bool,
    reports: Sequence[str],
    root: Path,
) -> Options:
    """Options of what was given; OptionError where they do not go together."""
    if mode not in (None, *MODES):
        raise OptionError(f"querywatch is {mode!r}; write one of {', '.join(MODES)}.")
    if update and not baseline:
        raise OptionError("--querywatch-update-baseline needs --querywatch-baseline=FILE.")
    if shrink_only and not update:
        raise OptionError("--querywatch-shrink-only goes with --querywatch-update-baseline.")
    if baseline and mode == "off":
        raise OptionError("--querywatch-baseline does nothing with --querywatch=off. Leave one of them out.")
    return Options(
        # A baseline is there to fail for what is new.
        mode=mode or ("fail" if baseline else "report" if reports else None),  # type: ignore[arg-type]
        baseline=root / baseline if baseline else None,
        updates_baseline=update,
        shrinks_only=shrink_only,
        outputs=tuple(_output(text, root) for text in reports),
    )


def _output(text: str, root: Path) -> Output:
    name, _, file = text.partition(":")
    if name not in FORMATS:
        raise OptionError(f"--querywatch-report={text}: {name!r} is none of {', '.join(FORMATS)}.")
    path = root / file if file else None
    if path is not None and not path.parent.is_dir():
        raise OptionError(f"--querywatch-report={text}: there is no folder {path.parent}.")
    return Output(name, path)
