from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from candidate_api.candidates.models import Candidate
from candidate_api.imports.models import ImportBatch, ImportLine
from candidate_api.imports.rules import ATTEMPTS
from candidate_api.imports.states import MAY_IMPORT, Verdict
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


def may_import(actor: Actor) -> bool:
    """Whether the actor keeps the archive of the province: a path with one step."""
    return any(path.count("/") == 2 for path in actor.offices_as(*MAY_IMPORT))


def sessions() -> "QuerySet[ExamSession]":
    """Whose marks may come: a closed session's books are shut, those of before this house have never been open here."""
    return ExamSession.objects.filter(Q(closed=False) | ~Exists(Registration.objects.filter(session=OuterRef("pk"))))


def is_shut(session: ExamSession) -> bool:
    """Whether the session's marks stay as they are."""
    return not sessions().filter(pk=session.pk).exists()


def visible_to(actor: Actor) -> "QuerySet[ImportBatch]":
    """The batches, newest first, for whoever keeps the archive of the province; nothing for everybody else."""
    rows = ImportBatch.objects.select_related(
        "session", "uploaded_by", "decided_by", "undo_asked_by", "undone_by", "file"
    )
    return rows.order_by("-pk") if may_import(actor) else rows.none()


def one(actor: Actor, batch_id: int) -> ImportBatch:
    """One of them; `not_found` for the others."""
    row = visible_to(actor).filter(pk=batch_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND)
    return row


def for_update(actor: Actor, batch_id: int) -> ImportBatch:
    """One of them, locked. Raises `permission_denied`, `not_found`."""
    if not may_import(actor):
        raise Problem(Code.PERMISSION_DENIED)
    rows = ImportBatch.objects.select_for_update(of=("self",), no_key=True).select_related("session")
    row = rows.filter(pk=batch_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND)
    return row


# -- checking ---------------------------------------------------------------------------------------------------------
def next_for_update() -> ImportBatch | None:
    """The batch that has waited longest for a worker, or whose worker has gone; locked, and skipped by others."""
    rows = ImportBatch.objects.select_for_update(of=("self",), skip_locked=True).select_related("session", "file")
    free = Q(leased_until=None) | Q(leased_until__lte=clock.now())
    return rows.filter(free, state="checking").order_by("pk").first()


def held_for_update(batch: ImportBatch) -> ImportBatch | None:
    """The batch again, locked, if this worker still has it."""
    rows = ImportBatch.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=batch.pk, token=batch.token, state="checking").first()


def is_hopeless(batch: ImportBatch) -> bool:
    return batch.attempts >= ATTEMPTS


def candidates_by_number(numbers: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    """Key, state and name of the candidates with these 准考证号."""
    rows = Candidate.objects.filter(candidate_number__in=set(numbers))
    found = rows.values_list("candidate_number", "pk", "state", "user__name")
    return {number: (pk, state, name) for number, pk, state, name in found if number}


# -- the preview ------------------------------------------------------------------------------------------------------
def lines(batch: ImportBatch, verdict: str) -> "QuerySet[ImportLine]":
    """The batch's lines of one verdict, in the file's order."""
    return batch.lines.filter(verdict=verdict).select_related("candidate__user").order_by("number")


def reasons(batch: ImportBatch) -> dict[int, str]:
    """Why lines are refused, by their numbers."""
    return dict(batch.lines.filter(verdict=Verdict.REFUSED).values_list("number", "reason"))


def waiting(actor: Actor) -> dict[str, Any]:
    """How many batches wait for the actor's word, and since when the first: one's own wait for somebody else."""
    to_write = Q(state="checked") & ~Q(uploaded_by=actor.user_id)
    to_undo = Q(state="undo_asked") & ~Q(undo_asked_by=actor.user_id)
    rows = visible_to(actor).filter(to_write | to_undo).order_by()
    return rows.aggregate(count=Count("pk"), oldest=Min(Coalesce("undo_asked_at", "checked_at")))
