"""Sphinx directives for what the code itself knows: settings, options, benchmarks. No page repeats it."""

import argparse
import json
from pathlib import Path

from django.core.management import load_command_class
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from benchmarks.candidates import CANDIDATES
from django_querywatch.conf import DEFAULTS
from django_querywatch.settings_rules import EXAMPLES, RULES
from django_querywatch.suite.options import add_options
from tests.accuracy.floors import FLOORS

logger = logging.getLogger(__name__)
MEASURED = Path(__file__).parent / "measured" / "benchmarks.json"
ACCURACY = MEASURED.with_name("accuracy.json")
_DJANGOS_OPTIONS = frozenset(
    action.dest for action in load_command_class("django.core", "check").create_parser("", "")._actions
)


class Markdown(SphinxDirective):
    """A directive whose content is Markdown that `markdown()` makes."""

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(self.markdown())

    def markdown(self) -> str:
        raise NotImplementedError


class Setting(Markdown):
    """``{setting} THRESHOLD``: its default, what it may be, an example."""

    required_arguments = 1

    def markdown(self) -> str:
        key = self.arguments[0]
        described = self.env.metadata[self.env.docname].setdefault("settings", "")
        self.env.metadata[self.env.docname]["settings"] = f"{described} {key}"
        default = "`settings.DEBUG`" if key == "ENABLED" else f"`{_plain(DEFAULTS[key])!r}`"
        example = f"QUERYWATCH = {{{key!r}: {EXAMPLES[key]!r}}}".replace("'", '"')
        return f"Default: {default}. It {RULES[key](object())}.\n\n```python\n{example}\n```\n"


class CommandOptions(Markdown):
    """The arguments of ``manage.py querywatch``, Django's own left out."""

    def markdown(self) -> str:
        command = load_command_class("django_querywatch", "querywatch")
        actions = command.create_parser("manage.py", "querywatch")._actions
        return _options_table(action for action in actions if action.dest not in _DJANGOS_OPTIONS)


class SuiteOptions(Markdown):
    """The options of pytest and of ``manage.py test``."""

    def markdown(self) -> str:
        parser = argparse.ArgumentParser(add_help=False)
        add_options(parser.add_argument)
        return _options_table(parser._actions)


class Benchmarks(Markdown):
    """The table that ``make bench`` measured last and somebody put into ``docs/measured``."""

    def markdown(self) -> str:
        if not MEASURED.exists():
            return "No measurement is stored with this version of the documentation: `make bench` makes one."
        return _benchmarks_table(json.loads(MEASURED.read_text()))


class Accuracy(Markdown):
    """The figures that ``python -m tests.accuracy --summary`` put into ``docs/measured``."""

    def markdown(self) -> str:
        return _accuracy_table(json.loads(ACCURACY.read_text()))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _options_table(actions) -> str:
    rows = [f"| `{_name(action)}` | {_meaning(action)} |" for action in actions]
    return "\n".join(["| Option | Meaning |", "|---|---|", *rows])


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"{action.metavar} ..." if action.nargs == "+" else str(action.metavar)
    if action.nargs == 0:
        return action.option_strings[0]
    value = action.metavar or action.dest.rpartition("_")[2].upper()
    return f"{action.option_strings[0]} {value}"


def _meaning(action: argparse.Action) -> str:
    is_listed = action.choices and all(choice in action.help for choice in action.choices)
    choices = f"One of {', '.join(f'`{choice}`' for choice in action.choices)}. " if action.choices else ""
    return action.help if is_listed else choices + action.help


def _benchmarks_table(measured: dict) -> str:
    results = measured["results"]
    loads = list(dict.fromkeys(result["load"] for result in results))
    names = list(dict.fromkeys(result["candidate"] for result in results))
    cells = {(r["candidate"], r["load"]): _spread(r["cpu"]) for r in results}
    lines = [f"| | {' | '.join(loads)} |", "|---" * (len(loads) + 1) + "|"]
    lines += [
        f"| {CANDIDATES[name].label} | {' | '.join(cells.get((name, load), '') for load in loads)} |"
        for name in names
    ]
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    return "\n".join(lines) + f"\n\nMeasured on {measured['date']} with {versions}."


def _spread(ratio: dict) -> str:
    return f"{ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})"


def _accuracy_table(runs: list[dict]) -> str:
    lines = [f"| | {' | '.join('Django ' + run['django'] for run in runs)} |", "|---" * (len(runs) + 1) + "|"]
    for label in runs[0]["scenarios"]:
        lines.append(
            f"| scenarios: {label.replace('_', ' ')} | {' | '.join(str(r['scenarios'][label]) for r in runs)} |"
        )
    for measure in FLOORS:
        pairs = [run["figures"][measure] for run in runs]
        cells = [f"{right / asked:.3f} ({right} of {asked})" for right, asked in pairs]
        lines.append(f"| {measure}, at least {FLOORS[measure]:.2f} | {' | '.join(cells)} |")
    told = ", ".join(f"on {run['date']} with Python {run['python']}" for run in runs)
    return "\n".join(lines) + f"\n\nMeasured {told}, in this order."


def warn_of_settings_without_a_text(app: Sphinx, env) -> None:
    described = {key for page in env.metadata.values() for key in str(page.get("settings", "")).split()}
    for key in DEFAULTS.keys() - described:
        logger.warning("No page describes the setting %s: docs/settings.md wants a section for it.", key)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("setting", Setting)
    app.add_directive("command-options", CommandOptions)
    app.add_directive("suite-options", SuiteOptions)
    app.add_directive("benchmarks", Benchmarks)
    app.add_directive("accuracy", Accuracy)
    app.connect("env-check-consistency", lambda app, env: warn_of_settings_without_a_text(app, env))
    return {"parallel_read_safe": True}
