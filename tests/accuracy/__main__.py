"""Run the proof: ``python -m tests.accuracy``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any


def main() -> int:
    """Judge the scenarios, print the table, and fail below the floors."""
    options = _options()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.accuracy.settings"
    if options.labels or options.list:
        _leave_the_detector_out()
    if options.off:
        _switch_the_detector_off()
    import django

    django.setup()
    if options.list:
        print(*(scenario.name for scenario in _chosen(options.names)), sep="\n")
        return 0
    return _judged(options)


def _leave_the_detector_out() -> None:
    from tests.accuracy import settings

    settings.INSTALLED_APPS.remove("django_querywatch")


def _switch_the_detector_off() -> None:
    from tests.accuracy import settings

    settings.QUERYWATCH["ENABLED"] = False


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("names", nargs="*", help="scenarios or families; all by default")
    parser.add_argument("--labels", action="store_true", help="prove the labels only, without the detector")
    parser.add_argument("--list", action="store_true", help="print the names only")
    parser.add_argument(
        "--off", action="store_true", help="switch the detector off: every N+1 must then fail"
    )
    parser.add_argument("--json", type=Path, help="write the verdicts to this file as well")
    parser.add_argument("--summary", type=Path, help="put the figures of this Django into this file")
    return parser.parse_args()


def _judged(options: argparse.Namespace) -> int:
    from tests.accuracy import counting, database, summary
    from tests.accuracy.judging import judge
    from tests.accuracy.scenarios import SKIPPED
    from tests.accuracy.table import is_good, render

    database.create()
    counting.install()
    try:
        verdicts = [judge(scenario, labels_only=options.labels) for scenario in _chosen(options.names)]
    finally:
        database.destroy()
    refused = [verdict.name for verdict in verdicts if verdict.is_refused]
    verdicts = [verdict for verdict in verdicts if not verdict.is_refused]
    if options.json:
        options.json.write_text(json.dumps([asdict(verdict) for verdict in verdicts]))
    if options.summary:
        summary.put(options.summary, verdicts)
    print(render(verdicts))
    for family, package in SKIPPED.items():
        print(f"skipped: {family}, as {package} is not installed")
    for name in refused:
        print(f"left out: {name}, as this database does not support it")
    return 0 if is_good(verdicts) else 1


def _chosen(names: list[str]) -> list[Any]:
    import django

    from tests.accuracy.scenarios import load

    wanted = set(names)
    return [
        scenario
        for scenario in load()
        if scenario.django <= django.VERSION[:2] and (not wanted or wanted & {scenario.name, scenario.family})
    ]


if __name__ == "__main__":
    sys.exit(main())
