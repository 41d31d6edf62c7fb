"""What lines would do, as a table: labels for codes, names for keys, `before → after` where something changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, ForeignKey
from django.utils.translation import gettext as _

from candidate_api.imports.kinds import Kind
from candidate_api.imports.models import ImportLine
from candidate_api.imports.states import Verdict
from portal.kernel.errors import Words
from portal.kernel.text import mask_name

NOTHING = "—"


@dataclass(frozen=True)
class Preview:
    headings: list[Words]
    rows: list[list[str]]


def preview(kind: Kind, lines: Sequence[ImportLine]) -> Preview:
    """Lines of one verdict; one query for each table that they point at. Refused lines have reasons and no values; a
    line with both was added to the file's own and has no number there."""
    is_refused = any(line.verdict == Verdict.REFUSED for line in lines)
    fields = {} if is_refused else kind.fields()
    known = {name: _named(field, lines) for name, field in fields.items()}
    says_why = any(line.reason for line in lines)
    headings = [_("行号"), _("准考证号"), _("姓名"), *(field.verbose_name for field in fields.values())]
    rows = []
    for line in lines:
        person = line.candidate
        who = [person.candidate_number or "", mask_name(person.user.name)] if person else [NOTHING, NOTHING]
        cells = [_cell(field, known[name], name, line) for name, field in fields.items()]
        number = NOTHING if line.reason and not is_refused else str(line.number)
        rows.append([number, *who, *cells, *([line.reason] if says_why else [])])
    return Preview([*headings, *([_("原因")] if says_why else [])], rows)


def _cell(field: Any, known: dict[Any, Any], name: str, line: ImportLine) -> str:
    after, before = line.after or {}, line.before or {}
    new = _said(field, known, after.get(name))
    if name not in before or before[name] == after.get(name):
        return new
    return f"{_said(field, known, before[name])} → {new}"


def _said(field: Any, known: dict[Any, Any], value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(field, ForeignKey):
        return str(known.get(value, value))
    return str(dict(field.flatchoices).get(value, value))


def _named(field: "Field[Any, Any] | Any", lines: Sequence[ImportLine]) -> dict[Any, Any]:
    if not isinstance(field, ForeignKey):
        return {}
    told = [values.get(field.attname) for line in lines for values in (line.after, line.before) if values]
    return dict(field.related_model._default_manager.in_bulk({key for key in told if key}))
