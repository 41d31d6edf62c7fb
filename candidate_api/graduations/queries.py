from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Major
from candidate_api.forecast.queries import reckoned
from candidate_api.forecast.states import Standing
from candidate_api.graduations.models import Graduation
from candidate_api.graduations.states import MAY_SEE
from candidate_api.results.queries import disciplines
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


def obstacle(candidate: Candidate) -> str:
    """Why this candidate cannot graduate in their major now, in words; empty where they can (domain 9.1)."""
    major: Major | None = candidate.major
    if major is None:
        return _("您还没有选择专业。")
    if Graduation.objects.filter(candidate=candidate, major=major).exists():
        return _("您已在%(major)s专业毕业。") % {"major": major.name}
    held = disciplines(candidate.pk, clock.today())
    if held:
        words = {"penalty": held[0].get_penalty_display(), "until": held[0].until}
        return _("您在%(penalty)s期内（至%(until)s），期满后方可申请毕业。") % words
    found = reckoned(candidate, major)
    if found is None:
        return _("您的专业没有可以核算的考试计划，请联系招生考试院。")
    if found.standing != Standing.CAN_GRADUATE:
        return _("您的专业还缺%(n)d门（项）未合格，见“毕业预测”。") % {"n": found.remaining}
    return ""


def visible_to(actor: Actor, *roles: str) -> "QuerySet[Graduation]":
    """Those whose application staff may see for an office where they hold one of `roles`."""
    where = Q()
    for path in actor.offices_as(*(roles or MAY_SEE)):
        where |= Q(application__office__path__startswith=path) | Q(application__origin__path__startswith=path)
    rows = Graduation.objects.select_related("candidate__user", "major", "application__origin")
    return rows.filter(where) if where else rows.none()


def for_update(actor: Actor, graduation_id: int, *roles: str) -> Graduation:
    """One of them, locked until the transaction ends; `not_found` for all others."""
    locked = Graduation.objects.select_for_update(of=("self",), no_key=True).filter(pk=graduation_id).first()
    row = locked and visible_to(actor, *roles).filter(pk=locked.pk).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这名毕业生。"))
    return row
