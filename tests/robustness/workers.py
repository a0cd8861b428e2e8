"""What runs in worker processes; a spawned one imports this before Django is set up."""

from __future__ import annotations


def count_in_worker(name: str, names: list[str]) -> tuple[int, int, list[str]]:
    """The parent's recordings that are active here, the queries of an own one, and what was given."""
    import django

    django.setup()
    from django.db import connections

    import django_querywatch
    from django_querywatch.capture import active

    inherited = len(active.get())
    connection = connections.create_connection("default")
    connection.settings_dict["NAME"] = name
    # The threads of a pool do not come along into a forked process.
    connection.settings_dict["OPTIONS"].pop("pool", None)
    with django_querywatch.record() as recording, connection.cursor() as cursor:
        for _ in names:
            cursor.execute("SELECT 1")
    connection.close()
    if connection.connection is not None:  # a database in memory
        connection.connection.close()
    return inherited, recording.query_count, names
