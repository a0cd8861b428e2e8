"""What is no request: Celery's tasks, eager and in real workers, Channels' consumers, management commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group, User
from django.core.management import BaseCommand, call_command
from django.test import override_settings

from django_querywatch import record
from django_querywatch.records import Report
from tests.robustness.served import queries_of, users_of

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = range(20)
TOLD: list[Report] = []


def tell(report: Report) -> None:
    TOLD.append(report)


@pytest.fixture
def told(transactional_db: None) -> Iterator[list[Report]]:
    """What is told of queries on thirty users, as many as a task of any number wants."""
    group = Group.objects.create(name="all")
    for number in range(30):
        User.objects.create(username=f"user-{number}").groups.add(group)
    TOLD.clear()
    with override_settings(QUERYWATCH={"REPORTERS": [f"{__name__}.tell"]}):
        yield TOLD


def test_an_eager_task_is_recorded_and_so_is_what_calls_it(told: list[Report]) -> None:
    pytest.importorskip("celery")
    from tests.robustness.celery_app import app, count_and_fail, count_groups

    app.conf.task_always_eager = True
    try:
        with record() as outer:
            assert count_groups.delay(1).get() == queries_of(1) - 1
            assert isinstance(count_and_fail.delay(2).result, ValueError)
    finally:
        app.conf.task_always_eager = False
    assert [report.query_count for report in told] == [queries_of(1), queries_of(2), queries_of(2)]
    assert [len(report.findings) for report in told] == [1, 1, 1]
    assert told[0].name == "tests.robustness.celery_app.count_groups"
    assert outer.query_count == queries_of(1) + queries_of(2)


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_real_worker_reports_each_task_with_its_own_queries(pool: str, tmp_path: Path) -> None:
    pytest.importorskip("celery")
    _need_redis()
    environment = _environment(tmp_path, pool)
    subprocess.run([sys.executable, "-m", "tests.robustness.served"], env=environment, cwd=ROOT, check=True)
    with _worker(pool, environment, tmp_path / "log"):
        code = (
            "from tests.robustness.celery_app import app, count_groups\n"
            f"for number in {list(NUMBERS)}: count_groups.delay(number)\n"
        )
        subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True)
        reports = _arrived(tmp_path / "reports.jsonl", len(NUMBERS))
    told = sorted((report["query_count"], report["findings"][0]["count"]) for report in reports)
    assert told == sorted((queries_of(n), queries_of(n) - 1) for n in NUMBERS), (tmp_path / "log").read_text()
    assert not any(report["failed"] for report in reports)


def _need_redis() -> None:
    """Where `REDIS_URL` names a server it has to answer; elsewhere one on this machine will do."""
    import redis

    url = os.environ.get("REDIS_URL")
    try:
        redis.Redis.from_url(url or "redis://127.0.0.1:6379/0", socket_connect_timeout=5).ping()
    except redis.RedisError as error:
        if url:
            pytest.fail(
                f"no Redis answers at {url}: {error}. Start one, or unset REDIS_URL to leave this out."
            )
        pytest.skip("no Redis answers on 127.0.0.1:6379; REDIS_URL names another")


def _environment(folder: Path, pool: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.robustness.served",
        "SERVED_DATABASE": str(folder / "served.sqlite3"),
        "QUERYWATCH_JSON_FILE": str(folder / "reports.jsonl"),
        "CELERY_QUEUE": f"querywatch-{pool}-{os.getpid()}",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def _worker(pool: str, environment: dict[str, str], log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "--app=tests.robustness.celery_app", "worker"]
    options = [
        f"--pool={pool}",
        "--concurrency=4",
        "--loglevel=warning",
        "--without-mingle",
        "--without-gossip",
    ]
    with log.open("wb") as file:
        worker = subprocess.Popen([*command, *options], env=environment, cwd=ROOT, stdout=file, stderr=file)
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(60)


def _arrived(path: Path, count: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 120
    lines: list[str] = []
    while time.monotonic() < deadline and len(lines) < count:
        time.sleep(0.2)
        lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def test_a_consumer_is_recorded_for_each_message(told: list[Report]) -> None:
    pytest.importorskip("channels")
    from channels.generic.websocket import AsyncJsonWebsocketConsumer, JsonWebsocketConsumer

    class Later(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
        @record()
        async def receive_json(self, content: int, **kwargs: Any) -> None:
            total = 0
            async for user in users_of(content):
                total += len([group async for group in user.groups.all()])
            await self.send_json(total)

    class AtOnce(JsonWebsocketConsumer):  # type: ignore[misc]
        @record()
        def receive_json(self, content: int, **kwargs: Any) -> None:
            self.send_json(sum(len(user.groups.all()) for user in users_of(content)))

    for consumer in (Later, AtOnce):
        told.clear()
        assert async_to_sync(_talk)(consumer, [1, 2]) == [queries_of(1) - 1, queries_of(2) - 1]
        assert [report.query_count for report in told] == [queries_of(1), queries_of(2)]
        assert [report.findings[0].count for report in told] == [queries_of(1) - 1, queries_of(2) - 1]
        assert told[0].name.endswith(f"{consumer.__name__}.receive_json")


async def _talk(consumer: Any, messages: list[int]) -> list[int]:
    from channels.testing import WebsocketCommunicator

    talk = WebsocketCommunicator(consumer.as_asgi(), "/")
    assert (await talk.connect())[0]
    answers = []
    for message in messages:
        await talk.send_json_to(message)
        answers.append(await talk.receive_json_from(timeout=30))
    await talk.disconnect()
    return answers


class Command(BaseCommand):
    @record()
    def handle(self, *args: Any, **options: Any) -> str:
        return str(sum(len(user.groups.all()) for user in users_of(3)))


def test_a_management_command_is_recorded(told: list[Report], capsys: pytest.CaptureFixture[str]) -> None:
    call_command(Command())
    assert capsys.readouterr().out == f"{queries_of(3) - 1}\n"
    (report,) = told
    assert (report.query_count, report.findings[0].count) == (queries_of(3), queries_of(3) - 1)
    assert report.name == "tests.robustness.test_tasks.Command.handle"
