"""A course or a session is not held: proposed, approved by another, then every paid entry is refunded by itself."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.cancellations import messages, queries
from candidate_api.cancellations.models import Cancellation, CancelledEntry
from candidate_api.cancellations.states import CANCELLATION, MAY_DECIDE
from candidate_api.catalogue import stamps
from candidate_api.payments.states import Reason
from candidate_api.registrations.refunding import refund
from candidate_api.sessions.models import ExamSession, Offering
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.money import yuan
from portal.kernel.states import Who
from portal.kernel.work import wake

_BATCH = 5000


@transaction.atomic
def propose(session_code: str, course_code: str, reason: str, *, by: Actor) -> Cancellation:
    """Propose that a course of the session (empty: the whole session) is not held; `reason` is told to candidates.

    Nothing changes yet. Raises Problem: `permission_denied`, `validation_failed`, `state_conflict` where it is
    proposed or cancelled already, or the session's books are shut.
    """
    _authorise(by)
    session = ExamSession.objects.filter(code=session_code).first()
    if session is None:
        raise invalid("session", "unknown", _("没有这个考期。"))
    if session.closed:
        raise Problem(Code.STATE_CONFLICT, _("考期已经关账。"))
    offering = None
    if course_code:
        offering = Offering.objects.filter(session=session, course__code=course_code).first()
        if offering is None:
            raise invalid("course", "not_offered", _("本考期没有开考这门课程。"))
    if not reason.strip():
        raise invalid("reason", "required", _("请填写取消的原因。"))
    if Cancellation.objects.filter(session=session, offering=None, state="approved").exists():
        raise Problem(Code.STATE_CONFLICT, _("整个考期已经取消。"))
    try:
        with transaction.atomic():
            made = Cancellation.objects.create(
                session=session,
                offering=offering,
                reason=reason.strip(),
                proposed_by_id=by.user_id,
                created_at=clock.now(),
            )
    except IntegrityError as error:
        raise Problem(Code.STATE_CONFLICT, _("已经有人提出过同样的取消。")) from error
    record("cancellations.propose", made, by=by, to_state=made.state, session=session_code, course=course_code)
    return made


@transaction.atomic
def approve(cancellation_id: int, *, by: Actor) -> Cancellation:
    """Take it out of the timetable and have every paid entry refunded; by another person than who proposed it.

    From now on nobody can choose it; who pays an order of before is refunded as well. Raises Problem:
    `permission_denied` (also for the same person), `not_found`, `state_conflict`.
    """
    found = _decide(cancellation_id, "approve", by=by)
    queries.offerings_of(found).filter(cancelled_at=None).update(cancelled_at=found.decided_at)
    stamps.touch()
    _list(found)
    wake("cancellations.refund")
    return found


def decline(cancellation_id: int, *, by: Actor) -> Cancellation:
    """Leave everything as it is. Raises as `approve`."""
    with transaction.atomic():
        return _decide(cancellation_id, "decline", by=by)


def _decide(cancellation_id: int, verb: str, *, by: Actor) -> Cancellation:
    _authorise(by)
    found = queries.for_update(cancellation_id)
    before = found.state
    CANCELLATION.check(before, verb, Who.STAFF)
    if found.proposed_by_id == by.user_id:
        raise Problem(Code.PERMISSION_DENIED, _("须由提出人以外的另一人决定。"))
    getattr(found, verb)()
    found.decided_by_id, found.decided_at = by.user_id, clock.now()
    found.save(update_fields=["state", "decided_by", "decided_at"])
    record(f"cancellations.{verb}", found, by=by, from_state=before, to_state=found.state)
    return found


def _authorise(by: Actor) -> None:
    if not by.has_role_at_top(*MAY_DECIDE):
        raise Problem(Code.PERMISSION_DENIED)


@transaction.atomic
def retry(cancellation_id: int, *, by: Actor) -> int:
    """Try again what could not be refunded; how many. Raises Problem: `permission_denied`, `not_found`,
    `state_conflict` where nothing has failed."""
    _authorise(by)
    found = queries.for_update(cancellation_id)
    again = found.entries.exclude(code="").update(done_at=None, code="", detail="")
    if not again:
        raise Problem(Code.STATE_CONFLICT, _("没有需要重试的退费。"))
    record("cancellations.retry", found, by=by, rows=again)
    wake("cancellations.refund")
    return again


def refund_due(*, by: Actor) -> int:
    """Go on with everything that is approved: each entry in a transaction of its own; how many were refunded now.

    Two workers at once share the work. Outside any transaction.
    """
    done = 0
    for cancellation in queries.running():
        _list(cancellation)
        while (told := _one(cancellation, by)) is not None:
            done += told
    return done


def _list(cancellation: Cancellation) -> None:
    """Put every paid entry on the list; one that is there already stays once."""
    pks = queries.unrefunded(cancellation).order_by("pk").values_list("pk", flat=True)
    rows = [CancelledEntry(cancellation=cancellation, registration_id=pk) for pk in pks.iterator(_BATCH)]
    CancelledEntry.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


@transaction.atomic(durable=True)
def _one(cancellation: Cancellation, by: Actor) -> bool | None:
    """The next entry; whether it was refunded, None where none is left. A refusal is kept beside it."""
    entry = queries.next_entry(cancellation)
    if entry is None:
        return None
    row = entry.registration
    try:
        with transaction.atomic():
            refund([row.pk], reason=Reason.CANCELLED, by=by)
            say(
                f"cancellations.entry:{entry.pk}",
                messages.EXAM_CANCELLED,
                {
                    "session": cancellation.session.name,
                    "course": row.course.name,
                    "reason": cancellation.reason,
                    "amount": yuan(row.fee_fen),
                },
                to=row.candidate.user,
                link="/business/my-registrations/",
            )
    except Problem as problem:
        entry.code = problem.code.value
        entry.detail = str(problem.errors[0].detail if problem.errors else problem.detail)[:300]
    entry.done_at = clock.now()
    entry.save(update_fields=["done_at", "code", "detail"])
    return not entry.code
