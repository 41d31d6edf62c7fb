"""变更记录: the audit entries about one row, as people read them."""

import re
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from candidate_api.catalogue.states import Category, Rule
from portal.kernel.audit.models import AuditEntry
from portal.kernel.audit.words import word

SHOWN = 20


def history(row: models.Model) -> list[dict[str, Any]]:
    """The last changes of the row, newest first: when, who, why, and what was before and after. One query."""
    entries = AuditEntry.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk))
    return [
        {
            "at": entry.at,
            "actor": entry.actor_name,
            "act": word(entry.verb),
            "reason": entry.note,
            "changes": list(_changes(row, entry)),
        }
        for entry in entries.order_by("-pk")[:SHOWN]
    ]


def _changes(row: models.Model, entry: Any) -> Iterator[tuple[str, str, str]]:
    before, after = entry.data.get("before") or {}, entry.data.get("after") or {}
    for name in {**before, **after}:
        yield _label(row, name), _words(row, name, before.get(name)), _words(row, name, after.get(name))


def _label(row: models.Model, name: str) -> str:
    part, _space, key = name.partition(" ")
    if key:  # a part of a plan
        return (_("课程组 %(key)s") if part == "group" else _("课程 %(key)s")) % {"key": key}
    return str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _words(row: models.Model, name: str, value: Any) -> str:
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        return "、".join(map(str, value))
    if " " in name:
        return _part(str(value))
    choices = dict(getattr(row._meta.get_field(name), "choices", None) or ())
    return str(choices.get(value, value))


def _part(text: str) -> str:
    """A group or a line of a plan, its codes as labels."""
    labels = {str(code): str(label) for code, label in [*Rule.choices, *Category.choices]}
    labels |= {"foreign": str(_("外语")), "all_without_foreign_language": str(_("不考外语者全选"))}
    text = re.sub(r"\bgroup (\d+)\b", lambda m: str(_("第%(n)s组") % {"n": m[1]}), text)
    text = re.sub(r"\bset (\d+)\b", lambda m: str(_("组号%(n)s") % {"n": m[1]}), text)
    return " ".join(labels.get(word, word) for word in text.split())
