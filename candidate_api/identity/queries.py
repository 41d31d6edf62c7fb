from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from candidate_api.candidates.models import Candidate
from candidate_api.identity.models import IdentityCheck
from candidate_api.identity.states import RESULTS, Kind, Result
from portal.kernel import clock


@dataclass(frozen=True)
class Status:
    """Where somebody's 身份认证 stands; no `result` where none was ever asked for."""

    kind: str
    result: Result | None
    checked_at: datetime | None
    check: IdentityCheck | None = None


def status(candidate: Candidate, kind: str = Kind.NAME_NUMBER) -> Status:
    """What the newest check says about the record as it is now: after a correction the old answer says nothing."""
    check = candidate.identity_checks.filter(kind=kind).order_by("-pk").first()
    if check is None or (check.checked_at and _has_changed(candidate, check)):
        return Status(kind, None, None)
    return Status(kind, RESULTS[check.state], check.checked_at, check)


def _has_changed(candidate: Candidate, check: IdentityCheck) -> bool:
    changed = [candidate.document_changed_at]
    if check.kind == Kind.FACE and candidate.photo is not None:
        changed.append(candidate.photo.created_at)
    return any(at and at >= check.asked_at for at in changed)


def pending(candidate: Candidate, kind: str) -> IdentityCheck | None:
    """The question that is still open; the record is locked by the caller."""
    return candidate.identity_checks.filter(kind=kind, state="pending").first()


def asked_today(candidate: Candidate) -> int:
    """How many checks the candidate has asked for since midnight."""
    return candidate.identity_checks.filter(requested_at__gte=clock.at(clock.today())).count()


def one(check_id: int) -> IdentityCheck:
    """A check with everything that the provider is asked with."""
    rows: QuerySet[IdentityCheck] = IdentityCheck.objects.select_related("candidate__user", "candidate__photo")
    return rows.get(pk=check_id)


def for_update(check_id: int) -> IdentityCheck:
    """The check, locked until the transaction ends."""
    rows = IdentityCheck.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("candidate__user").get(pk=check_id)


def due_ids(limit: int = 100) -> list[int]:
    """Checks without an answer whose time has come."""
    rows = IdentityCheck.objects.filter(state="pending", next_at__lte=clock.now())
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:limit])
