"""The parent's end of a worker process."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from types import TracebackType

from benchmarks.candidates import CANDIDATES
from benchmarks.environments import python_for


class WorkerFailedError(Exception):
    """The process ended instead of answering."""


class Worker:
    """A process that has set up one candidate, seeded, warmed up, and waits to be asked."""

    def __init__(
        self, candidate: str, load: str, size: int, prefix: tuple[str, ...] = (), layout: int = 0
    ) -> None:
        command = [
            *prefix,
            python_for(candidate, CANDIDATES[candidate]),
            *("-m", "benchmarks.worker", candidate, load, str(size)),
        ]
        self._errors = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115 - closed by stop()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "QUERYWATCH_LAYOUT": str(layout)},
        )
        self.name = f"{candidate} on {load}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, measure: str, **options: int) -> dict:
        try:
            self._process.stdin.write(json.dumps({"measure": measure, **options}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._fail()
        answer = self._process.stdout.readline()
        return json.loads(answer) if answer else self._fail()

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def _fail(self) -> None:
        self._process.wait()
        self._errors.seek(0)
        raise WorkerFailedError(f"{self.name} ended early:\n{self._errors.read()[-2000:]}")

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
