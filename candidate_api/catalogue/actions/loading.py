"""Verbs: bring the reference data in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.serializers.python import Deserializer
from django.db import models, transaction

from candidate_api.catalogue import queries, stamps
from candidate_api.catalogue.actions.keeping import refuse
from candidate_api.catalogue.models import PlanVersion, Stamp
from candidate_api.catalogue.natural import Natural
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record


@dataclass
class Loaded:
    """How many rows were added, changed, and left as they were."""

    added: int = 0
    changed: int = 0
    kept: int = 0


def load(files: Iterable[Path], *, by: Actor, overwrite: bool = False) -> Loaded:
    """Load fixtures in order, all or nothing. Rows that are there stay as the office has them.

    With `overwrite` the columns that a fixture names are set again where they differ; others are never touched, and
    nothing is ever deleted. Raises Django's DeserializationError for what cannot be read, and Problem
    (`validation_failed`) where plans or substitutions would be inconsistent.
    """
    done = Loaded()
    with transaction.atomic(), stamps.held():
        for file in files:
            for row in json.loads(file.read_text(encoding="utf-8")):
                _load_row(row, done, overwrite)
        if done.added or done.changed:
            refuse(queries.faults_of(PlanVersion.objects.all()))
            refuse(queries.substitution_faults())
            stamps.touch()
            stamp = Stamp.objects.get(pk=stamps.NAME)
            record("catalogue.load", stamp, by=by, added=done.added, changed=done.changed)
    return done


def _load_row(row: dict[str, Any], done: Loaded, overwrite: bool) -> None:
    (parsed,) = Deserializer([row])
    new = parsed.object
    if new.pk is None:
        parsed.save()
        done.added += 1
        return
    if not overwrite or not isinstance(new, Natural):
        done.kept += 1
        return
    old = type(new)._default_manager.get(pk=new.pk)
    given = [type(new)._meta.get_field(name) for name in row["fields"]]
    columns = [field for field in given if isinstance(field, models.Field) and not field.many_to_many]
    differing = [f.attname for f in columns if getattr(old, f.attname) != getattr(new, f.attname)]
    links = {name: keys for name, keys in (parsed.m2m_data or {}).items() if _links(old, name) != _keys(keys)}
    for name, keys in links.items():
        getattr(old, name).set(keys)
    if differing:
        type(new)._default_manager.filter(pk=new.pk).update(**{name: getattr(new, name) for name in differing})
    if differing or links:
        done.changed += 1
    else:
        done.kept += 1


def _links(row: models.Model, name: str) -> set[Any]:
    return set(getattr(row, name).values_list("pk", flat=True))


def _keys(linked: Iterable[Any]) -> set[Any]:
    return {getattr(one, "pk", one) for one in linked}
