"""What reviewers do about the list itself: keep a filter, take it as a file."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.tables import Columns, Format, stream
from portal.kernel.users.models import User
from review.applications.models import Application
from review.applications.queries import listed
from review.applications.states import MAY_SEE
from review.desk.models import SavedFilter

MOST_FILTERS = 12


@transaction.atomic
def save_filter(name: str, query: str, *, by: Actor) -> SavedFilter:
    """Keep a filter under a name; the same name again takes its place.

    Raises Problem: `permission_denied`, `validation_failed` without a name, without a filter, or for one too many.
    """
    if not by.has_role(*MAY_SEE):
        raise Problem(Code.PERMISSION_DENIED)
    name, own = name.strip()[:30], SavedFilter.objects.filter(user_id=by.user_id or 0)
    if not name or not query:
        raise invalid("name", "required", _("请先筛选，再填写名称。"))
    if own.exclude(name=name).count() >= MOST_FILTERS:
        raise invalid("name", "too_many", _("最多保存%(most)d个筛选。") % {"most": MOST_FILTERS})
    return SavedFilter.objects.update_or_create(user_id=by.user_id or 0, name=name, defaults={"query": query[:500]})[0]


@transaction.atomic
def forget_filter(filter_id: int, *, by: Actor) -> None:
    """Let go of one of one's own. Raises Problem `not_found`."""
    if not SavedFilter.objects.filter(user_id=by.user_id or 0, pk=filter_id).delete()[0]:
        raise Problem(Code.NOT_FOUND)


@transaction.atomic
def export(rows: "QuerySet[Application]", query: str, reason: str, *, format: Format, by: Actor) -> Iterator[bytes]:
    """Those of `rows` that the actor may see, as a file without answers and numbers; why is written down.

    Raises Problem `permission_denied` for who sees no applications.
    """
    if not by.has_role(*MAY_SEE):
        raise Problem(Code.PERMISSION_DENIED)
    found = listed(by).filter(pk__in=rows.values("pk"))
    person = User.objects.get(pk=by.user_id or 0)
    record("applications.export", person, by=by, note=reason, rows=found.count(), filter=query[:500], format=format)
    return stream(found.iterator(chunk_size=500), _COLUMNS, format=format)


_COLUMNS: Columns = [
    (gettext_lazy("编号"), lambda a: a.number),
    (gettext_lazy("业务"), lambda a: a.type.title),
    (gettext_lazy("申请人"), lambda a: a.applicant.name),
    (gettext_lazy("状态"), lambda a: a.state_label),
    (gettext_lazy("受理机构"), lambda a: str(a.office or "")),
    (gettext_lazy("提交次数"), lambda a: a.round),
    (gettext_lazy("提交时间"), lambda a: a.submitted_at),
    (gettext_lazy("办理期限"), lambda a: a.due_at),
    (gettext_lazy("办结时间"), lambda a: a.decided_at),
]
