from dataclasses import dataclass

from django.db.models import IntegerField, QuerySet, Subquery

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_to
from candidate_api.rights.models import ErasureRequest, Export
from candidate_api.rights.states import MAY_DECIDE
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.users.holdings import REGISTRY, Holding
from portal.kernel.users.models import User


@dataclass(frozen=True)
class Held:
    """One kind of thing that is held about a person, and how many of it."""

    holding: Holding
    rows: int


class _HowMany(Subquery):
    """The number of a query's rows, inside another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def holdings(user: User) -> list[Held]:
    """What is held about the person, counted by one query; what is empty is left out."""
    counts = [_HowMany(holding.rows(user).order_by().values("pk")) for holding in REGISTRY.values()]
    found = User.objects.filter(pk=user.pk).values_list(*counts).get()
    return [Held(holding, rows) for holding, rows in zip(REGISTRY.values(), found, strict=True) if rows]


def exports(actor: Actor) -> "QuerySet[Export]":
    """The actor's own requests, newest first."""
    return Export.objects.filter(user_id=actor.user_id or 0).select_related("file").order_by("-pk")


def is_there(export: Export) -> bool:
    """Whether it can be downloaded now."""
    file = export.file
    return file is not None and (file.expires_at is None or file.expires_at > clock.now())


def export_file(actor: Actor, export_id: int) -> bytes:
    """The actor's own export; `not_found` for others' and for what is not ready or over."""
    export = exports(actor).filter(pk=export_id).first()
    if export is None or export.file is None or not is_there(export):
        raise Problem(Code.NOT_FOUND)
    return export.file.read()


def own_erasure(actor: Actor) -> ErasureRequest | None:
    """The actor's latest request."""
    return ErasureRequest.objects.filter(user_id=actor.user_id or 0).order_by("-pk").first()


def erasures(actor: Actor) -> "QuerySet[ErasureRequest]":
    """Those of the candidates whom the actor may decide about."""
    seen = visible_to(actor, *MAY_DECIDE).values("user")
    rows = ErasureRequest.objects.filter(user__in=seen)
    return rows.select_related("user__candidate", "decided_by").order_by("-pk")


def erasure(actor: Actor, erasure_id: int) -> ErasureRequest:
    """One of them; `not_found` for the others."""
    row = erasures(actor).filter(pk=erasure_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND)
    return row


def erasure_for_update(actor: Actor, erasure_id: int) -> ErasureRequest:
    """One of them, with the record and its user locked first: whoever else acts for this person waits."""
    if not actor.has_role(*MAY_DECIDE):
        raise Problem(Code.PERMISSION_DENIED)
    seen = erasure(actor, erasure_id)
    rows = Candidate.objects.select_for_update(of=("self", "user"), no_key=True).select_related("user")
    rows.get(user=seen.user_id)
    return erasures(actor).select_for_update(of=("self",), no_key=True).get(pk=erasure_id)
