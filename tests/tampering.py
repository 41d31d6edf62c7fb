"""What somebody with the database's password can do: for tests of what is found afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model


@contextmanager
def append_only_lifted(*models: type[Model]) -> Iterator[None]:
    """The tables of `models` without the trigger that keeps their rows as they were written (PostgreSQL)."""

    def switch(to: str) -> None:
        if connection.vendor != "postgresql":
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with pending checks cannot be altered
            for model in models:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} {to} TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    switch("DISABLE")
    yield
    switch("ENABLE")
