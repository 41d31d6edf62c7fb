"""The target groups of notices that a candidate belongs to."""

from candidate_api.candidates.models import Candidate
from cms.news.readers import Groups
from portal.kernel.actor import Actor


def groups_of(actor: Actor) -> Groups:
    """Their city, major, the major's school and the school that helps them study. One query."""
    row = (
        Candidate.objects.filter(user=actor.user_id)
        .values_list("district__code", "major__code", "major__school__code", "assisting_school__code")
        .first()
    )
    if row is None:
        return frozenset()
    city, major, school, assisting = row
    found = {("city", city), ("major", major), ("school", school), ("school", assisting)}
    return frozenset((target, code) for target, code in found if code)
