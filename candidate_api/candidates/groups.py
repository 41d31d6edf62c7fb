"""The target groups of notices: which a candidate belongs to, and what they are called."""

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import District, Major, School
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


def name_of(target: str, code: str) -> str:
    """`city`, `4501` (or `450100`) → `南宁市`; "" where the catalogue has none. One query."""
    if target == "city":
        return _name(District, f"{code}00" if len(code) == len("4501") else code)
    return _name(School if target == "school" else Major, code)


def _name(kind: type[District | Major | School], code: str) -> str:
    return kind.objects.filter(code=code).values_list("name", flat=True).first() or ""  # type: ignore[union-attr]
