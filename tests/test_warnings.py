"""The suite's own filters bite: what is deprecated, or left open, fails the test that does it."""

import tomllib
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
FILTERS = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text())["tool"][
    "pytest"
]["ini_options"]["filterwarnings"]
SINS = {
    "deprecated": "import warnings; warnings.warn('old', DeprecationWarning)",
    "of Django": "import warnings as w, django.utils.deprecation as d; w.warn('old', d.RemovedInNextVersionWarning)",
    "left open": "open(__file__)",
    "left open in a cycle": "import gc; file = [open(__file__)]; file.append(file); del file; gc.collect()",
    "raised in a thread": "import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
}


@pytest.mark.parametrize("sin", SINS)
def test_what_a_later_version_or_a_long_run_would_trip_over_fails(pytester, sin):
    pytester.makepyfile(f"def test_sin():\n    {SINS[sin]}\n\ndef test_rest():\n    pass\n")
    pytester.makeini("\n    ".join(["[pytest]\nfilterwarnings =", *FILTERS]))
    result = pytester.runpytest_subprocess("-p", "no:django", "-p", "no:querywatch")
    assert result.ret == 1, result.stdout.str()
