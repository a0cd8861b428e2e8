"""The command line: ``python -m benchmarks table | check | growth | soak | profile``."""

from __future__ import annotations

import argparse

from benchmarks.app.sizes import GROWTH_SIZES, LOAD_SIZES
from benchmarks.candidates import CANDIDATES


def main() -> int:
    options = vars(parser().parse_args())
    return options.pop("run")(**options)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m benchmarks", description="What watching costs.")
    commands = top.add_subparsers(required=True)
    for add in (_add_table, _add_check, _add_growth, _add_soak, _add_profile):
        add(commands)
    return top


def _add_table(commands) -> None:
    command = commands.add_parser("table", help="every candidate under every load, as ratios to bare Django")
    command.add_argument("--json", dest="json_file", metavar="FILE")
    command.add_argument("--names", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    command.add_argument("--loads", nargs="+", choices=LOAD_SIZES, default=list(LOAD_SIZES))
    command.add_argument("--rounds", type=int, default=11)
    command.add_argument("--instructions", action="store_true", help="count them under callgrind too: slow")
    command.set_defaults(run=_table)


def _add_check(commands) -> None:
    command = commands.add_parser("check", help="compare instructions with the budget; exit 1 when over it")
    command.set_defaults(run=_check)


def _add_growth(commands) -> None:
    command = commands.add_parser("growth", help="how time and memory grow in each direction")
    command.add_argument("--shapes", nargs="+", choices=GROWTH_SIZES, default=list(GROWTH_SIZES))
    command.set_defaults(run=_growth)


def _add_soak(commands) -> None:
    command = commands.add_parser("soak", help="many requests to real servers; exit 1 when they grow")
    command.add_argument("--requests", type=int, default=5_000)
    command.set_defaults(run=_soak)


def _add_profile(commands) -> None:
    command = commands.add_parser("profile", help="where the tool's own instructions and calls go")
    command.add_argument("load", choices=LOAD_SIZES)
    command.set_defaults(run=_profile)


def _table(**options) -> int:
    from benchmarks.table import table

    return table(**options)


def _check() -> int:
    from benchmarks.check import check

    return check()


def _growth(**options) -> int:
    from benchmarks.growth import growth

    return growth(**options)


def _soak(**options) -> int:
    from benchmarks.soak import soak

    return soak(**options)


def _profile(**options) -> int:
    from benchmarks.profile import profile

    return profile(**options)


if __name__ == "__main__":
    raise SystemExit(main())
