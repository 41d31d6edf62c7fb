"""A database of a test's own: a copy of a furnished one.

The portal, the gateway's callbacks and the test work in it at the same time, each in a connection of its own, and
commit. Nobody else's test sees it: what these tests write is dropped with the copy.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

ALIAS = "default"


def name_of(what: str, directory: Path) -> str:
    """What to call a copy: a file in `directory` for SQLite, else after the test database."""
    connection: Any = connections[ALIAS]
    test_database = connection.settings_dict["NAME"]
    return str(directory / f"{what}.sqlite3") if connection.vendor == "sqlite" else f"{test_database}_{what}"


def copy_to(name: str) -> None:
    """Copy the database in use to `name`: a path for SQLite."""
    connection: Any = connections[ALIAS]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(name)) as copy:
            connection.connection.backup(copy)
        return
    _leave(connection)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{connection.settings_dict["NAME"]}"')


def drop(name: str) -> None:
    connection: Any = connections[ALIAS]
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def using(name: str) -> Iterator[None]:
    """Every thread that connects from now on finds the database `name`."""
    connection, where = connections[ALIAS], connections.settings[ALIAS]
    if connection.vendor != "sqlite":  # one in memory lives as long as its connection
        _leave(connection)
    connections.settings[ALIAS] = where | {"NAME": name}
    connections[ALIAS] = connections.create_connection(ALIAS)
    try:
        yield
    finally:
        _leave(connections[ALIAS])
        connections.settings[ALIAS], connections[ALIAS] = where, connection


def _leave(connection: Any) -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
