"""One target under atheris, in a process of its own that `fuzz.py` starts."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from time import process_time

import atheris
import django
from django.conf import settings

settings.configure(USE_TZ=True)
django.setup()
with atheris.instrument_imports(include=["django_querywatch"]):
    from tests.robustness.fuzz_targets import TARGETS


class Fuzzed:
    """The target, counted; ends the process when its time is over."""

    def __init__(self, name: str, seconds: float, corpus: Path) -> None:
        self.name, self.seconds, self.corpus = name, seconds, corpus
        self.read = TARGETS[name].read
        self.executions = 0

    def __call__(self, data: bytes) -> None:
        self.read(data.decode("utf-8", "surrogateescape"))
        self.executions += 1
        if process_time() > self.seconds:
            self.end()

    def end(self) -> None:
        inputs = len(list(self.corpus.iterdir()))
        told = {"executions": self.executions, "inputs": inputs, "seconds": round(process_time())}
        print(json.dumps(told), flush=True)
        os._exit(0)


def main(name: str, seconds: str, folder: str) -> None:
    corpus = Path(folder, "corpus")
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed-{number}").write_text(seed, encoding="utf-8")
    options = ["-max_len=4096", "-timeout=60", "-verbosity=0", f"-artifact_prefix={folder}/failed-"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], Fuzzed(name, float(seconds), corpus))
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
