"""A Celery application whose one task asks as many queries as its number says."""

from __future__ import annotations

import os

from celery import Celery

from django_querywatch import record

app = Celery("tests.robustness")
app.conf.update(
    broker_url=os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_connect_timeout": 5},
    task_default_queue=os.environ.get("CELERY_QUEUE", "querywatch"),
    task_ignore_result=True,
    worker_hijack_root_logger=False,
)


@app.task
@record()
def count_groups(number: int) -> int:
    from tests.robustness.served import users_of

    return sum(len(user.groups.all()) for user in users_of(number))


@app.task
@record()
def count_and_fail(number: int) -> None:
    count_groups(number)
    raise ValueError(number)
