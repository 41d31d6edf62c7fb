"""The office's reference data for a test: read from the fixtures by the verb once a run, copied into place afterwards.

The verb asks for each row by its natural key, thousands of questions; the copies are one INSERT for each table.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from candidate_api.catalogue import stamps
from candidate_api.catalogue.actions import load
from candidate_api.catalogue.models import Stamp
from portal.kernel.actor import Actor

FILES: list[Path] = sorted((settings.ROOT / "fixtures").glob("[0-9][0-9]_*.json"))
_rows: list[list[models.Model]] = []


@cache
def _tables() -> list[type[Any]]:
    """The tables that the fixtures fill, each after those that it refers to, and the links between them."""
    named = {row["model"]: None for file in FILES for row in json.loads(file.read_text(encoding="utf-8"))}
    tables = [apps.get_model(name) for name in named]
    links = [field.remote_field.through for table in tables for field in table._meta.local_many_to_many]
    return [*tables, *(link for link in links if link._meta.auto_created)]


@transaction.atomic
def furnish() -> None:
    """Load the reference data where there is none."""
    if Stamp.objects.filter(pk=stamps.NAME).exists():
        return
    if not _rows:
        load(FILES, by=Actor.system("tests"))
        _rows.extend(list(table._base_manager.order_by("pk")) for table in _tables())
        return
    for table, rows in zip(_tables(), _rows, strict=True):
        table._base_manager.bulk_create(rows)
    stamps.touch()
    with connection.cursor() as cursor:  # the rows have brought their keys: the next one comes after them
        for statement in connection.ops.sequence_reset_sql(no_style(), _tables()):
            cursor.execute(statement)
