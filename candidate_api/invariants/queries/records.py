"""I6, I10: states and scores."""

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.db.models import CharField, Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements.models import Arrangement
from candidate_api.arrangements.states import ARRANGEMENT
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.states import CANDIDATE
from candidate_api.identity.models import IdentityCheck
from candidate_api.identity.states import IDENTITY
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.states import IMPORT
from candidate_api.invariants.queries.finding import each
from candidate_api.invariants.rules import Finding
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.states import ATTEMPT, ORDER, REFUND
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import REGISTRATION
from candidate_api.registry.models import Freeze, Merger
from candidate_api.registry.states import FREEZE, MERGER
from candidate_api.results.models import Score
from candidate_api.results.queries import beside_cheating
from candidate_api.results.states import PASS_MARK, Source, Status
from candidate_api.rights.models import ErasureRequest, Export
from candidate_api.rights.states import ERASURE, EXPORT
from candidate_api.sessions.models import Offering
from portal.kernel.audit.models import AuditEntry
from portal.kernel.states import Machine

WATCHED: dict[type[Model], Machine] = {
    Candidate: CANDIDATE,
    IdentityCheck: IDENTITY,
    Registration: REGISTRATION,
    Order: ORDER,
    PaymentAttempt: ATTEMPT,
    Refund: REFUND,
    Freeze: FREEZE,
    Merger: MERGER,
    Export: EXPORT,
    ErasureRequest: ERASURE,
    ImportBatch: IMPORT,
    Arrangement: ARRANGEMENT,
}
# Taking a refund up is the worker's lease on it: nothing is decided, and nothing is recorded.
UNRECORDED = {(Refund, "processing")}
# A refund goes round between these until it arrives, an import is checked and a session's seats are drawn as often as
# asked; whatever else is entered, is entered once.
CIRCLING = {Refund, ImportBatch, Arrangement}


def watched() -> int:
    return sum(model._default_manager.count() for model in WATCHED)


def moves_are_recorded() -> Iterator[Finding]:
    """I6: of every row with a state machine, from the log's side and from the row's."""
    for model, machine in WATCHED.items():
        rows = model._default_manager.all()
        yield from each("I6", _("状态不在状态图内。"), rows.exclude(state__in=list(machine.states)))
        log = AuditEntry.objects.filter(subject_type=model._meta.label_lower)
        entered = log.filter(subject_id=Cast(OuterRef("pk"), CharField()), to_state=OuterRef("state"))
        silent = [state for of, state in UNRECORDED if of is model]
        yield from each("I6", _("状态没有审计记录。"), rows.exclude(state__in=silent).exclude(Exists(entered)))
        moves = log.exclude(from_state="").exclude(from_state=F("to_state"))
        declared = {(source, move.target) for move in machine.moves.values() for source in move.sources}
        known = reduce(or_, (Q(from_state=source, to_state=target) for source, target in sorted(declared, key=str)))
        yield from each("I6", _("审计记录的状态变更不在状态图内。"), moves.exclude(known))
        if model not in CIRCLING:
            yield from _entered_twice(model, log.exclude(to_state=""))


def _entered_twice(model: type[Model], log: "QuerySet[AuditEntry]") -> Iterator[Finding]:
    repeated = log.order_by().values("subject_id", "to_state").annotate(times=Count("pk")).filter(times__gt=1)
    for row in repeated.order_by("subject_id").iterator(chunk_size=2000):
        yield Finding("I6", _("同一状态进入了两次。"), (f"{model._meta.label_lower}:{row['subject_id']}",))


def scores_are_right() -> Iterator[Finding]:
    """I10, as far as scores are stored today: the mark decides, and it was won in a course that was held."""
    written = Score.objects.filter(source=Source.WRITTEN)
    passed, failed = written.filter(status=Status.PASSED), written.filter(status=Status.FAILED)
    not_enough = passed.filter(Q(score=None) | Q(score__lt=PASS_MARK))
    yield from each("I10", _("成绩合格，分数却不到合格线。"), not_enough)
    yield from each("I10", _("成绩不合格，分数却达到合格线。"), failed.filter(score__gte=PASS_MARK))
    yield from each("I10", _("分数超过100。"), Score.objects.filter(score__gt=100))
    yield from each("I10", _("缺考却有分数。"), written.filter(status=Status.ABSENT, score__gt=0))
    yield from each("I10", _("同一考期有作弊，其他成绩却有效。"), beside_cheating())
    # Sessions from before this house have scores and no timetable.
    timetable = Offering.objects.filter(session=OuterRef("session"))
    not_held = written.filter(Exists(timetable)).exclude(Exists(timetable.filter(course=OuterRef("course"))))
    yield from each("I10", _("该考期没有开考这门课程。"), not_held)
    entry = Registration.objects.filter(
        candidate=OuterRef("candidate"), session=OuterRef("session"), course=OuterRef("course"), state="confirmed"
    )
    strangers = written.filter(Exists(Registration.objects.filter(session=OuterRef("session")))).exclude(Exists(entry))
    yield from each("I10", _("有成绩却没有报考成功。"), strangers)
