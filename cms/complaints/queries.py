from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, Min, Prefetch, Q, QuerySet, When
from django.utils.translation import gettext as _

from cms.complaints.models import (
    CannedAnswer,
    Complaint,
    ComplaintCategory,
    ComplaintFile,
    ComplaintMessage,
    SupportTeam,
)
from cms.complaints.rules import ADMINISTRATOR, DESK, SUPPORT, filled, middle
from cms.complaints.states import Due
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.files.models import PrivateFile
from portal.kernel.users.models import User


def categories() -> "QuerySet[ComplaintCategory]":
    """What may be chosen, in order."""
    return ComplaintCategory.objects.filter(is_active=True)


# -- the candidate ----------------------------------------------------------------------------------------------------
def own(actor: Actor) -> "QuerySet[Complaint]":
    """The actor's own, newest first."""
    return Complaint.objects.filter(author_id=actor.user_id or 0).select_related("category").order_by("-pk")


def own_one(actor: Actor, number: str) -> Complaint:
    """One's own complaint; `not_found` for anybody else's."""
    return _there(own(actor).filter(number=number).first())


def own_for_update(actor: Actor, number: str) -> Complaint:
    """One's own complaint, locked."""
    return _there(own(actor).select_for_update(of=("self",), no_key=True).filter(number=number).first())


def author_for_update(actor: Actor) -> User:
    """The candidate who asks, locked: two requests at once cannot both be the last that is allowed."""
    rows = User.objects.select_for_update(no_key=True).filter(pk=actor.user_id or 0, is_candidate=True)
    user = rows.first()
    if user is None:
        raise Problem(Code.PERMISSION_DENIED, _("请用考生账号登录。"))
    return user


def thread(complaint: Complaint) -> "QuerySet[ComplaintMessage]":
    """What candidate and office have written to each other; no internal note."""
    return _with_files(complaint).filter(internal=False)


def _with_files(complaint: Complaint) -> "QuerySet[ComplaintMessage]":
    sent = ComplaintFile.objects.select_related("file").order_by("pk")
    return complaint.thread.prefetch_related(Prefetch("files", sent)).order_by("pk")


def candidates_files(complaint: Complaint) -> "QuerySet[ComplaintFile]":
    """What the candidate has put to it; the office's stand with its answers."""
    return files(complaint).filter(message=None)


def files(complaint: Complaint) -> "QuerySet[ComplaintFile]":
    """All of them, for who may see the complaint."""
    return complaint.files.select_related("file").order_by("pk")


# -- the desk ---------------------------------------------------------------------------------------------------------
def visible_to(actor: Actor) -> "QuerySet[Complaint]":
    """The complaints of the teams that the actor belongs to; for administrators all, for everybody else none."""
    rows = Complaint.objects.select_related("category", "team", "holder").order_by("-pk")
    if actor.has_role(ADMINISTRATOR):
        return rows
    if actor.has_role(SUPPORT):
        return rows.filter(team__in=_teams(actor))
    return rows.none()


def _teams(actor: Actor) -> list[int]:
    """Asked for by itself: the list's index is of use where the teams are plain numbers."""
    return list(SupportTeam.objects.filter(members=actor.user_id or 0).order_by("pk").values_list("pk", flat=True))


def visible_one(actor: Actor, complaint_id: int) -> Complaint:
    """One of them; `not_found` for the others."""
    return _there(visible_to(actor).filter(pk=complaint_id).first())


def visible_for_update(actor: Actor, complaint_id: int) -> Complaint:
    """One of them, locked; `permission_denied` without a role of the desk."""
    if not actor.has_role(*DESK):
        raise Problem(Code.PERMISSION_DENIED)
    rows = visible_to(actor).select_for_update(of=("self",), no_key=True)
    return _there(rows.filter(pk=complaint_id).first())


def by_due(rows: "QuerySet[Complaint]", wanted: str, soon: timedelta) -> "QuerySet[Complaint]":
    """Those that stand so to their deadline now, as `rules.due` says of each."""
    now = clock.now()
    late = _late(now)
    near = Q(state="pending", accept_due_at__lte=now + soon) | Q(state="handling", answer_due_at__lte=now + soon)
    match wanted:
        case Due.OVERDUE:
            return rows.filter(late)
        case Due.SOON:
            return rows.filter(near).exclude(late)
        case Due.OK:
            return rows.filter(state__in=["pending", "handling"]).exclude(near)
    return rows.exclude(state__in=["pending", "handling"])


def _late(now: datetime) -> Q:
    return Q(state="pending", accept_due_at__lte=now) | Q(state="handling", answer_due_at__lte=now)


def next_due_first(rows: "QuerySet[Complaint]") -> "QuerySet[Complaint]":
    """What waits, by the deadline that counts now; then what is done, newest first."""
    due = Case(When(state="pending", then="accept_due_at"), When(state="handling", then="answer_due_at"))
    return rows.order_by(due.asc(nulls_last=True), "-pk")


def waiting(actor: Actor) -> dict[str, Any]:
    """How many are not answered yet (`count`), when the first of them came (`oldest`), how many are past their deadline
    (`overdue`), and how many the actor holds (`mine`)."""
    rows, now = visible_to(actor).filter(state__in=["pending", "handling"]).order_by(), clock.now()
    return rows.aggregate(
        count=Count("pk"),
        oldest=Min("created_at"),
        overdue=Count("pk", filter=_late(now)),
        mine=Count("pk", filter=Q(holder=actor.user_id or 0, held_until__gt=now)),
    )


def whole_thread(complaint: Complaint) -> "QuerySet[ComplaintMessage]":
    """With internal notes: for the desk alone."""
    return _with_files(complaint).select_related("author")


def canned(complaint: Complaint) -> list[tuple[CannedAnswer, str]]:
    """The team's usual answers, filled in for this complaint."""
    values = {"number": complaint.number, "title": complaint.title, "category": complaint.category.label}
    rows = CannedAnswer.objects.filter(team=complaint.team_id).order_by("title")
    return [(row, filled(row.text, values)) for row in rows]


def may_open(actor: Actor, file: PrivateFile) -> bool:
    """Whether staff may open this attachment: who sees its complaint does."""
    return visible_to(actor).filter(files__file=file).exists()


# -- figures ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Figures:
    """One line of the statistics. Times are medians, None where there is nothing to measure."""

    name: str
    received: int
    open: int
    overdue: int
    to_accept: timedelta | None
    to_answer: timedelta | None
    rated: int
    rating: float | None


def figures(actor: Actor, since: datetime, by: str) -> list[Figures]:
    """By `category` or `team`, over what came in since then, in order of names; what is overdue counts for now.

    Two queries: the database counts, and medians, which it cannot make everywhere, are of times alone.
    """
    name = {"category": "category__label", "team": "team__name"}[by]
    rows = visible_to(actor).filter(created_at__gte=since).order_by()
    counts = rows.values(name).annotate(
        received=Count("pk"),
        open=Count("pk", filter=Q(state__in=["pending", "handling"])),
        overdue=Count("pk", filter=_late(clock.now())),
        rated=Count("rating"),
        mean=Avg("rating"),
    )
    accepted: dict[str, list[timedelta]] = {}
    answered: dict[str, list[timedelta]] = {}
    spans = rows.values_list(name, _since_it_came("accepted_at"), _since_it_came("answered_at"))
    for label, to_accept, to_answer in spans.iterator(chunk_size=5000):
        if to_accept is not None:
            accepted.setdefault(label, []).append(to_accept)
        if to_answer is not None:
            answered.setdefault(label, []).append(to_answer)
    return [
        Figures(
            name=row[name],
            received=row["received"],
            open=row["open"],
            overdue=row["overdue"],
            to_accept=middle(accepted.get(row[name], [])),
            to_answer=middle(answered.get(row[name], [])),
            rated=row["rated"],
            rating=row["mean"],
        )
        for row in sorted(counts, key=lambda row: row[name])
    ]


def _since_it_came(instant: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(instant) - F("created_at"), output_field=DurationField())


def _there(found: Complaint | None) -> Complaint:
    if found is None:
        raise Problem(Code.NOT_FOUND, _("没有这条咨询投诉。"))
    return found
