from django.db.models import QuerySet
from django.utils.translation import gettext as _

from candidate_api.accommodations.models import Accommodation
from candidate_api.accommodations.rules import MAY_GRANT
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_to as seen_by
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


def visible_to(actor: Actor) -> "QuerySet[Accommodation]":
    """What has been granted to the candidates that the actor sees as archive staff, newest first."""
    rows = Accommodation.objects.filter(candidate__in=seen_by(actor, *MAY_GRANT).values("pk"))
    return rows.select_related("session", "candidate__user", "granted_by").order_by("-pk")


def one(actor: Actor, accommodation_id: int) -> Accommodation:
    """One of them; `not_found` for the others."""
    row = visible_to(actor).filter(pk=accommodation_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND)
    return row


def candidate_for_update(actor: Actor, number: str) -> Candidate:
    """The candidate of that 准考证号 among those that the actor sees, locked; `not_found` for the others."""
    rows = seen_by(actor, *MAY_GRANT).select_for_update(of=("self",), no_key=True)
    row = rows.filter(candidate_number=number, state="enrolled").first() if number else None
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这个准考证号的在籍考生。"))
    return row
