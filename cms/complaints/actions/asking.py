"""What candidates do: ask, add, rate, ask again, close."""

import contextlib

from django.db import transaction
from django.utils.translation import gettext as _

from cms.complaints import queries
from cms.complaints.actions.files import put
from cms.complaints.models import Complaint, ComplaintFile, ComplaintMessage
from cms.complaints.rules import (
    ANSWER_WORKING_DAYS,
    COMMENT,
    CONTENT,
    FILES,
    FILES_AT_MOST,
    MESSAGES,
    NEW,
    OPEN_AT_MOST,
    TITLE,
    has_long_number,
    may_reopen,
)
from cms.complaints.states import COMPLAINT, Kind
from cms.workdays.queries import one_working_day_on, working_days_after
from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.states import Who
from portal.kernel.text import digits


@transaction.atomic
def submit(
    *, kind: str, category: str, title: str, content: str, contact: str = "", is_public: bool = False, by: Actor
) -> Complaint:
    """Ask or complain; the category's team sees it. Raises Problem: `validation_failed`, `throttled`,
    `state_conflict` with too many open ones."""
    author = queries.author_for_update(by)
    chosen = queries.categories().filter(code=category).first()
    if chosen is None:
        raise invalid("category", "invalid_choice", _("请选择业务分类。"))
    if kind not in Kind.values:
        raise invalid("kind", "invalid_choice", _("请选择类型。"))
    title, content = _text("title", title, TITLE), _text("content", content, CONTENT)
    if has_long_number(title):
        raise invalid("title", "personal", _("标题中请勿填写证件号码或手机号码，可以写在内容里。"))
    if queries.own(by).filter(state__in=["pending", "handling"]).count() >= OPEN_AT_MOST:
        words = _("您有%d条咨询投诉还没有办结，请等待答复，或在原来的咨询投诉中补充。")
        raise Problem(Code.STATE_CONFLICT, words % OPEN_AT_MOST)
    _take(NEW, by)
    now = clock.now()
    made = Complaint.objects.create(
        number=_number(),
        author=author,
        kind=kind,
        category=chosen,
        team=chosen.team,
        title=title,
        content=content,
        contact=contact.strip(),
        is_public=is_public,
        created_at=now,
        accept_due_at=one_working_day_on(now),
        answer_due_at=working_days_after(now, ANSWER_WORKING_DAYS),
    )
    record("complaints.submit", made, by=by, to_state=made.state, kind=kind, category=category)
    return made


@transaction.atomic
def add_message(number: str, text: str, *, by: Actor) -> ComplaintMessage:
    """Add something while it waits for its answer. Raises Problem: `not_found`, `state_conflict`, `throttled`."""
    complaint = queries.own_for_update(by, number)
    COMPLAINT.check(complaint.state, "add_message", Who.CANDIDATE)
    text = _text("text", text, CONTENT)
    _take(MESSAGES, by)
    made = _say(complaint, text, by)
    record("complaints.add_message", complaint, by=by, message=made.pk)
    return made


@transaction.atomic
def attach(number: str, content: bytes, name: str, *, by: Actor) -> ComplaintFile:
    """Put a picture or a PDF to it. Raises Problem: `not_found`, `state_conflict`, `validation_failed`,
    `throttled`."""
    complaint = queries.own_for_update(by, number)
    COMPLAINT.check(complaint.state, "attach", Who.CANDIDATE)
    if complaint.files.count() >= FILES_AT_MOST:
        raise invalid("file", "too_many", _("最多上传%d个附件。") % FILES_AT_MOST)
    _take(FILES, by)
    made = put(complaint, content, name)
    record("complaints.attach", complaint, by=by, file=str(made.file_id))
    return made


@transaction.atomic
def rate(number: str, rating: int, comment: str = "", *, by: Actor) -> Complaint:
    """Say how good the answer was, 1 to 5. Raises Problem: `not_found`, `state_conflict`, `validation_failed`."""
    complaint = queries.own_for_update(by, number)
    COMPLAINT.check(complaint.state, "rate", Who.CANDIDATE)
    if not 1 <= rating <= 5:
        raise invalid("rating", "invalid", _("请选择1至5分。"))
    if len(comment) > COMMENT:
        raise invalid("comment", "max_length", _("评价不超过%d个字。") % COMMENT)
    before = complaint.state
    complaint.rate(rating, comment.strip())
    complaint.save()
    record("complaints.rate", complaint, by=by, from_state=before, to_state=complaint.state, rating=rating)
    return complaint


@transaction.atomic
def reopen(number: str, text: str, *, by: Actor) -> Complaint:
    """Ask again, within a week of the answer; the deadlines begin anew. Raises Problem: `not_found`,
    `state_conflict`, `throttled`."""
    complaint = queries.own_for_update(by, number)
    COMPLAINT.check(complaint.state, "reopen", Who.CANDIDATE)
    now = clock.now()
    if not may_reopen(complaint.answered_at, now):
        raise Problem(Code.STATE_CONFLICT, _("答复后7天内可以追问。如仍有问题，请重新提交。"), state=complaint.state)
    text = _text("text", text, CONTENT)
    _take(MESSAGES, by)
    before = complaint.state
    complaint.reopen()
    complaint.comment = ""
    complaint.accept_due_at = one_working_day_on(now)
    complaint.answer_due_at = working_days_after(now, ANSWER_WORKING_DAYS)
    complaint.save()
    _say(complaint, text, by)
    record("complaints.reopen", complaint, by=by, from_state=before, to_state=complaint.state)
    return complaint


@transaction.atomic
def close(number: str, *, by: Actor) -> Complaint:
    """Nothing more is wanted. Raises Problem: `not_found`, `state_conflict`."""
    complaint = queries.own_for_update(by, number)
    COMPLAINT.check(complaint.state, "close", Who.CANDIDATE)
    before = complaint.state
    complaint.close()
    complaint.save()
    record("complaints.close", complaint, by=by, from_state=before, to_state=complaint.state)
    return complaint


def _say(complaint: Complaint, text: str, by: Actor) -> ComplaintMessage:
    return ComplaintMessage.objects.create(
        complaint=complaint, author=complaint.author, is_staff=False, text=text, created_at=clock.now()
    )


def _text(field: str, value: str, most: int) -> str:
    value = value.strip()
    if not value:
        raise invalid(field, "required", _("请填写内容。"))
    if len(value) > most:
        raise invalid(field, "max_length", _("不超过%d个字。") % most)
    return value


def _take(limit: limits.Limit, by: Actor) -> None:
    # Without a cache nobody is counted: the number of open ones is held by the database anyway.
    with contextlib.suppress(limits.Uncounted):
        limits.take(limit, f"user:{by.user_id}", _("提交得太频繁，请%(wait)s后再试。"))


def _number() -> str:
    """`ZX20261124` and eight random digits: it says the day and not how many there were."""
    while Complaint.objects.filter(number=(number := f"ZX{clock.today():%Y%m%d}{digits(8)}")).exists():
        pass
    return number
