"""Make, change and remove one row of the reference data. Each change has its reason, and what was before and after."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from candidate_api.catalogue import queries, stamps
from candidate_api.catalogue.kinds import Kind
from candidate_api.catalogue.natural import Natural
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, FieldError, Problem, invalid
from review.offices.rules import of_the_province
from review.offices.states import Role

Facts = dict[str, Any]


@transaction.atomic
def save(
    kind: Kind, pk: int | None, values: dict[str, Any], *, by: Actor, reason: str, seen: int | None = None
) -> Natural:
    """Make a row, or change the one of that key; `values` are `kind.fields`, rows where those are references.

    `seen` is what `last_change` said when the values were shown. Raises Problem: `permission_denied` but for the
    province's `kind.keepers` and the system, `not_found`, `validation_failed` with each sentence about what would be
    inconsistent, `state_conflict` where somebody else has changed it meanwhile or it must stay as it is.
    """
    authorise(by, *kind.keepers)
    row: Natural = queries.for_update(kind.model, pk) if pk else kind.model()
    require(reason)
    stamps.lock()
    before: Facts = {}
    if pk:
        unchanged_since(row, seen)
        kind.guard(row)
        before = facts(kind, row)
    links = _set(kind, row, values)
    for name in kind.fixed if pk else ():
        if facts(kind, row)[name] != before[name]:
            raise invalid(name, "invalid", _("这一项不能修改，请另建一条。"))
    validate(row)
    row.save()
    for name, linked in links.items():
        getattr(row, name).set(linked)
    refuse(kind.check(row))
    after = facts(kind, row)
    if after != before:
        told(f"{kind.code}.{'change' if pk else 'create'}", row, before, after, by=by, reason=reason)
    return row


@transaction.atomic
def remove(kind: Kind, pk: int, *, by: Actor, reason: str) -> None:
    """Take a row away that nothing refers to. Raises Problem as `save`, `state_conflict` where something may."""
    authorise(by, *kind.keepers)
    row: Natural = queries.for_update(kind.model, pk)
    require(reason)
    if kind.for_good:
        raise Problem(Code.STATE_CONFLICT, _("代码可能已有考生选用，不能删除，只能停用。"))
    stamps.lock()
    kind.guard(row)
    if users := _used_by(row):
        raise Problem(Code.STATE_CONFLICT, _("仍被%(users)s使用，不能删除。") % {"users": "、".join(users)})
    told(f"{kind.code}.delete", row, facts(kind, row), {}, by=by, reason=reason)
    row.delete()


def authorise(by: Actor, *keepers: str) -> None:
    """The reference data is the province's: its administrators keep it, unless other `keepers` are named."""
    if not (by.is_system or of_the_province(by, *(keepers or (Role.ADMINISTRATOR,)))):
        raise Problem(Code.PERMISSION_DENIED)


def require(reason: str) -> None:
    if not reason.strip():
        raise invalid("reason", "required", _("请填写变更原因。"))


def last_change(row: models.Model) -> int:
    """The number of the last audit entry about the row; 0 where there is none. One query."""
    known = AuditEntry.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk))
    return known.aggregate(last=Max("pk"))["last"] or 0


def unchanged_since(row: models.Model, seen: int | None) -> None:
    if seen is not None and last_change(row) != seen:
        raise Problem(Code.STATE_CONFLICT, _("刚被他人修改，请重新打开后再改。"))


def validate(row: models.Model) -> None:
    """Raises Problem with every field that is wrong by itself."""
    try:
        row.full_clean()
    except ValidationError as error:
        _refuse_fields(error)


def _refuse_fields(error: ValidationError) -> NoReturn:
    errors = [
        FieldError("" if name == "__all__" else name, "invalid", text)
        for name, texts in error.message_dict.items()
        for text in texts
    ]
    raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors) from error


def refuse(sentences: Iterable[str]) -> None:
    """Raises Problem where there is a sentence, with all of them."""
    errors = [FieldError("", "inconsistent", sentence) for sentence in sentences]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)


def told(verb: str, row: models.Model, before: Facts, after: Facts, *, by: Actor, reason: str) -> None:
    """Write down what differs, as it was and as it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    was = {name: before[name] for name in names if name in before}
    now = {name: after[name] for name in names if name in after}
    record(verb, row, by=by, note=reason, before=was, after=now)


def facts(kind: Kind, row: Natural) -> Facts:
    """The row as plain values for the audit log: references by their natural keys."""
    return {name: _plain(row, name) for name in kind.fields}


def _plain(row: Natural, name: str) -> Any:
    if row._meta.get_field(name).many_to_many:
        return sorted(" ".join(map(str, linked.natural_key())) for linked in getattr(row, name).all())
    value = getattr(row, name)
    if isinstance(value, Natural):
        return " ".join(map(str, value.natural_key()))
    return value.isoformat() if isinstance(value, date) else value


def _set(kind: Kind, row: Natural, values: dict[str, Any]) -> dict[str, Any]:
    """Put the columns in place; the links, which can be written only when the row is there, come back."""
    links = {}
    for name, value in values.items():
        if name not in kind.fields:
            raise TypeError(name)
        if row._meta.get_field(name).many_to_many:
            links[name] = value
        else:
            setattr(row, name, value)
    return links


def _used_by(row: models.Model) -> list[str]:
    """What refers to the row and would be lost or broken without it, by name. A question for each kind, never a list
    of rows."""
    found = set()
    for link in row._meta.get_fields(include_hidden=True):
        if not isinstance(link, models.ForeignObjectRel) or link.on_delete is models.CASCADE:
            continue
        if link.related_model._base_manager.filter(**{link.field.name: row}).exists():
            found.add(str(link.related_model._meta.verbose_name))
    return sorted(found)
