"""What the desk does: accept, claim, answer, note, transfer, export."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.complaints import queries
from cms.complaints.actions.files import put
from cms.complaints.models import Complaint, ComplaintMessage, SupportTeam
from cms.complaints.rules import CONTENT, DESK, LEASE
from cms.complaints.states import COMPLAINT
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.states import Who
from portal.kernel.tables import Columns, Format, stream
from portal.kernel.text import mask_name
from portal.kernel.users.models import User


@transaction.atomic
def accept(complaint_id: int, *, by: Actor) -> Complaint:
    """Take it on: the candidate is told, and the actor holds it. Raises Problem: `permission_denied`, `not_found`,
    `state_conflict`."""
    complaint = queries.visible_for_update(by, complaint_id)
    COMPLAINT.check(complaint.state, "accept", Who.STAFF)
    before = complaint.state
    complaint.accept()
    _hold(complaint, by)
    complaint.save()
    made = record("complaints.accept", complaint, by=by, from_state=before, to_state=complaint.state)
    _tell(complaint, "complaint_accepted", made.pk)
    return complaint


@transaction.atomic
def claim(complaint_id: int, *, take_over: bool = False, by: Actor) -> Complaint:
    """Hold it for a while, so that colleagues see who is answering; once more prolongs it.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` while a colleague holds it, unless `take_over`.
    """
    complaint = queries.visible_for_update(by, complaint_id)
    COMPLAINT.check(complaint.state, "claim", Who.STAFF)
    former = complaint.holder
    if complaint.is_held and complaint.holder_id != by.user_id and not take_over:
        name = former.name if former else ""
        raise Problem(Code.STATE_CONFLICT, _("%(name)s正在处理。") % {"name": name}, state=complaint.state)
    _hold(complaint, by)
    complaint.save()
    record("complaints.claim", complaint, by=by, before=former.pk if former else None, take_over=take_over)
    return complaint


@transaction.atomic
def release(complaint_id: int, *, by: Actor) -> Complaint:
    """Let it go for colleagues. Raises as `answer`."""
    complaint = _held(complaint_id, "release", by)
    complaint.holder = complaint.held_until = None
    complaint.save()
    record("complaints.release", complaint, by=by)
    return complaint


@transaction.atomic
def answer(complaint_id: int, text: str, *, seen: int, file: tuple[bytes, str] | None = None, by: Actor) -> Complaint:
    """Answer; the candidate is told. `seen` is the newest message that the actor has read (0 for none), `file` the
    content and the name of what goes with it.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where it is not the actor who holds it, or where
    the candidate has written since; `validation_failed`.
    """
    complaint = _held(complaint_id, "answer", by)
    text = _text("text", text)
    if complaint.thread.filter(is_staff=False, pk__gt=seen).exists():
        raise Problem(Code.STATE_CONFLICT, _("考生刚刚补充了内容，请看过后再答复。"), state=complaint.state)
    before = complaint.state
    made = _write(complaint, text, by)
    facts = {} if file is None else {"file": str(put(complaint, *file, message=made).file_id)}
    complaint.answer()
    complaint.save()
    record("complaints.answer", complaint, by=by, from_state=before, to_state=complaint.state, **facts)
    _tell(complaint, "complaint_answered", made.pk)
    return complaint


@transaction.atomic
def note(complaint_id: int, text: str, *, by: Actor) -> ComplaintMessage:
    """Leave a note for colleagues; the candidate never gets it. Raises Problem: `permission_denied`, `not_found`,
    `validation_failed`."""
    complaint = queries.visible_for_update(by, complaint_id)
    COMPLAINT.check(complaint.state, "note", Who.STAFF)
    made = _write(complaint, _text("text", text), by, internal=True)
    record("complaints.note", complaint, by=by, message=made.pk)
    return made


@transaction.atomic
def transfer(complaint_id: int, team: str, reason: str, *, by: Actor) -> Complaint:
    """Hand it to another team, which accepts it anew; the reason stays as an internal note. The deadlines run on.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict`, `validation_failed`.
    """
    complaint = queries.visible_for_update(by, complaint_id)
    COMPLAINT.check(complaint.state, "transfer", Who.STAFF)
    target = SupportTeam.objects.filter(code=team).exclude(pk=complaint.team_id).first()
    if target is None:
        raise invalid("team", "invalid_choice", _("请选择另一个答复组。"))
    if complaint.is_held and complaint.holder_id != by.user_id:
        raise Problem(Code.STATE_CONFLICT, _("同事正在处理，请先接手。"), state=complaint.state)
    reason = _text("reason", reason)
    before, source = complaint.state, complaint.team.code
    complaint.transfer(target)
    complaint.save()
    words = {"to": target.name, "why": reason}
    _write(complaint, _("转办至%(to)s：%(why)s") % words, by, internal=True)
    facts = {"before": source, "after": target.code}
    record("complaints.transfer", complaint, by=by, from_state=before, to_state=complaint.state, note=reason, **facts)
    return complaint


@transaction.atomic
def export(first: date, last: date, reason: str, *, format: Format, by: Actor) -> Iterator[bytes]:
    """The complaints that the actor sees, of the days from `first` to `last`, as a file in pieces; no internal notes.

    Raises Problem: `permission_denied`, `validation_failed`.
    """
    if not by.has_role(*DESK):
        raise Problem(Code.PERMISSION_DENIED)
    if first > last:
        raise invalid("last", "invalid", _("截止日期不能早于开始日期。"))
    days = (clock.at(first), clock.at(last + timedelta(days=1)))
    rows = queries.visible_to(by).filter(created_at__gte=days[0], created_at__lt=days[1]).select_related("author")
    person = User.objects.get(pk=by.user_id or 0)
    facts = {"first": str(first), "last": str(last), "format": format, "rows": rows.count()}
    record("complaints.export", person, by=by, note=reason, **facts)
    return stream(rows.iterator(chunk_size=500), COLUMNS, format=format)


COLUMNS: Columns = [
    (gettext_lazy("编号"), lambda row: row.number),
    (gettext_lazy("类型"), lambda row: row.get_kind_display()),
    (gettext_lazy("业务分类"), lambda row: row.category.label),
    (gettext_lazy("答复组"), lambda row: row.team.name),
    (gettext_lazy("提交人"), lambda row: mask_name(row.author.name)),
    (gettext_lazy("标题"), lambda row: row.title),
    (gettext_lazy("内容"), lambda row: row.content),
    (gettext_lazy("状态"), lambda row: row.get_state_display()),
    (gettext_lazy("时限"), lambda row: row.due.label),
    (gettext_lazy("提交时间"), lambda row: row.created_at),
    (gettext_lazy("受理时间"), lambda row: row.accepted_at),
    (gettext_lazy("答复时间"), lambda row: row.answered_at),
    (gettext_lazy("评分"), lambda row: row.rating),
    (gettext_lazy("评价"), lambda row: row.comment),
]


def _held(complaint_id: int, verb: str, by: Actor) -> Complaint:
    """The complaint, locked, if it is the actor who holds it: who was taken over comes too late."""
    complaint = queries.visible_for_update(by, complaint_id)
    COMPLAINT.check(complaint.state, verb, Who.STAFF)
    if complaint.holder_id != by.user_id:
        name = complaint.holder.name if complaint.holder else ""
        words = _("%(name)s已经接手处理。") % {"name": name} if name else _("请先接手处理。")
        raise Problem(Code.STATE_CONFLICT, words, state=complaint.state)
    return complaint


def _hold(complaint: Complaint, by: Actor) -> None:
    complaint.holder_id = by.user_id
    complaint.held_until = clock.now() + LEASE


def _write(complaint: Complaint, text: str, by: Actor, *, internal: bool = False) -> ComplaintMessage:
    return ComplaintMessage.objects.create(
        complaint=complaint,
        author_id=by.user_id or 0,
        is_staff=True,
        internal=internal,
        text=text,
        created_at=clock.now(),
    )


def _tell(complaint: Complaint, template: str, fact: int) -> None:
    link = f"/services/complaints/{complaint.number}/"
    event = f"{template}:{complaint.pk}:{fact}"
    say(event, template, {"number": complaint.number}, to=complaint.author, link=link)


def _text(field: str, value: str) -> str:
    value = value.strip()
    if not value:
        raise invalid(field, "required", _("请填写内容。"))
    if len(value) > CONTENT:
        raise invalid(field, "max_length", _("不超过%d个字。") % CONTENT)
    return value
