"""合并准考证号: one proposes, another approves; what the source has is then the target's, and the source is void."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.accommodations.models import Accommodation
from candidate_api.accounts.actions import end_all
from candidate_api.arrangements.models import Seat
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_for_update, visible_to
from candidate_api.candidates.states import CANDIDATE
from candidate_api.payments.models import Order
from candidate_api.registrations.models import Registration
from candidate_api.registry import queries
from candidate_api.registry.models import Merger
from candidate_api.registry.states import BY_ANOTHER, MAY_MERGE, MERGER
from candidate_api.results.models import Discipline, Score
from cms.complaints.models import Complaint, ComplaintFile, ComplaintMessage
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.files.models import PrivateFile
from portal.kernel.messages.actions import say
from portal.kernel.messages.models import Message
from portal.kernel.states import Who
from portal.kernel.text import clean


@transaction.atomic
def propose(source_id: int, target_number: str, reason: str, *, by: Actor) -> Merger:
    """Ask that the source be merged into the record of that 准考证号.

    Raises Problem: `permission_denied`, `not_found`, `validation_failed` with each obstacle, `state_conflict` where
    a proposal waits already.
    """
    source = visible_for_update(by, source_id, *MAY_MERGE)
    target = visible_to(by, *MAY_MERGE).select_related("user").filter(candidate_number=clean(target_number)).first()
    if target is None or target.pk == source.pk:
        raise invalid("target", "not_found", _("没有这个准考证号，或与注销的准考证号相同。"))
    _refuse_obstacles(source, target)
    try:
        with transaction.atomic():
            made = Merger.objects.create(
                source=source, target=target, reason=reason, proposed_by_id=by.user_id or 0, proposed_at=clock.now()
            )
    except IntegrityError as error:
        raise Problem(Code.STATE_CONFLICT, _("该准考证号已有待审批的合并申请。")) from error
    record("registry.propose_merger", made, by=by, to_state=made.state, note=reason, **_pair(made))
    return made


@transaction.atomic
def approve(merger_id: int, decision: str, *, by: Actor) -> Merger:
    """Merge, on another person's proposal. Scores, entries with their orders and seats, messages and
    complaints move; both accounts are told.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where it is decided or one's own proposal,
    `validation_failed` with each obstacle.
    """
    merger = queries.merger_for_update(by, merger_id)
    MERGER.check(merger.state, "approve", Who.STAFF)
    if queries.awaits_another(by, merger):
        raise Problem(Code.STATE_CONFLICT, BY_ANOTHER)
    source, target = merger.source, merger.target
    _refuse_obstacles(source, target)
    moved = _move(source, target)
    left = {"mobile": source.user.mobile, "email": source.user.email}
    _close(source, target, by=by)
    _decide(merger, "approve", decision, by=by, **moved)
    numbers = {"source": source.candidate_number, "target": target.candidate_number}
    say(f"registry.merger:{merger.pk}", "numbers_merged", numbers, to=target.user)
    say(f"registry.merger:{merger.pk}:source", "numbers_merged", numbers, **left)  # where the void account was reached
    return merger


@transaction.atomic
def refuse(merger_id: int, decision: str, *, by: Actor) -> Merger:
    """Decide against a proposal; its proposer may take it back so. Raises as `approve`."""
    merger = queries.merger_for_update(by, merger_id)
    MERGER.check(merger.state, "refuse", Who.STAFF)
    _decide(merger, "refuse", decision, by=by)
    return merger


def _refuse_obstacles(source: Candidate, target: Candidate) -> None:
    if found := queries.obstacles(source, target):
        errors = [FieldError("", "obstacle", sentence) for sentence in found]
        raise Problem(Code.VALIDATION_FAILED, found[0], errors=errors)


def _decide(merger: Merger, verb: str, decision: str, *, by: Actor, **moved: int) -> None:
    before = merger.state
    getattr(merger, verb)()
    merger.decision, merger.decided_by_id, merger.decided_at = decision, by.user_id, clock.now()
    merger.save()
    facts = {"from_state": before, "to_state": merger.state, "note": decision}
    record(f"registry.{verb}_merger", merger, by=by, **facts, **_pair(merger), **moved)


def _pair(merger: Merger) -> dict[str, int]:
    return {"source": merger.source_id, "target": merger.target_id}


def _move(source: Candidate, target: Candidate) -> dict[str, int]:
    """How many rows of each kind went over. Orders go with their entries: their payer is the candidate's user."""
    rows = {
        "scores": Score.objects.filter(candidate=source),
        "disciplines": Discipline.objects.filter(candidate=source).exclude(
            number__in=target.disciplines.values("number")
        ),
        "entries": Registration.objects.filter(candidate=source),
        "seats": Seat.objects.filter(candidate=source),
        "accommodations": Accommodation.objects.filter(candidate=source).exclude(
            session__in=Accommodation.objects.filter(candidate=target).values("session")
        ),
    }
    moved = {name: found.update(candidate=target) for name, found in rows.items()}
    moved["complaints"] = _hand_complaints_on(source, target)
    moved["orders"] = Order.objects.filter(payer=source.user).update(payer=target.user)
    moved["messages"] = Message.objects.filter(recipient=source.user).update(recipient=target.user)
    Candidate.objects.filter(merged_into=source).update(merged_into=target)
    return moved


def _hand_complaints_on(source: Candidate, target: Candidate) -> int:
    """How many: with what was said and sent, so that an answer still reaches the person."""
    theirs = Complaint.objects.filter(author=source.user)
    ComplaintMessage.objects.filter(complaint__in=theirs, author=source.user).update(author=target.user)
    PrivateFile.objects.filter(pk__in=ComplaintFile.objects.filter(complaint__in=theirs).values("file")).update(
        owner=target.user
    )
    return theirs.update(author=target.user)


def _close(source: Candidate, target: Candidate, *, by: Actor) -> None:
    """The source is void, its account closed; its mobile is free for the target."""
    CANDIDATE.check(source.state, "merge", Who.STAFF)
    before = source.state
    source.merge(target)
    source.save(update_fields=["state", "merged_into"])
    source.user.is_active, source.user.mobile, source.user.email = False, "", ""
    source.user.save(update_fields=["is_active", "mobile", "mobile_index", "email"])
    end_all(source.user)
    record("registry.merge", source, by=by, from_state=before, to_state=source.state, target=target.pk)
