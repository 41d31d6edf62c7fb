from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from candidate_api.catalogue.models import PlanCourse
from candidate_api.results.models import Score
from candidate_api.results.states import Status
from portal.kernel import clock
from portal.kernel.actor import Actor


def released() -> "QuerySet[Score]":
    """Scores whose release instant has come; others do not exist for anybody outside the office."""
    return Score.objects.filter(Q(session=None) | Q(session__scores_at__lte=clock.now()))


def visible_to(actor: Actor) -> "QuerySet[Score]":
    """The actor's own released scores, newest session first, with the `credits` of the course.

    Credits are the plan's: those of the candidate's own major, else of any current plan that has the course.
    """
    lines = PlanCourse.objects.filter(course=OuterRef("course"), group__plan__is_current=True).order_by("pk")
    own_plan = lines.filter(group__plan__major=OuterRef("candidate__major")).values("credits")[:1]
    own = (
        released()
        .filter(candidate__user_id=actor.user_id)
        .annotate(credits=Coalesce(Subquery(own_plan), Subquery(lines.values("credits")[:1]), 0))
    )
    return own.select_related("course", "session").order_by("-session__code", "course__code")


def passed_course_codes(candidate_id: int) -> frozenset[str]:
    """The codes of the courses that the candidate has passed, as far as they have been told."""
    passed = released().filter(candidate_id=candidate_id, status=Status.PASSED)
    return frozenset(passed.values_list("course__code", flat=True))
