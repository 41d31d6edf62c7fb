from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.forecast.queries import reckoned
from candidate_api.forecast.states import Standing
from candidate_api.graduations.models import Graduation
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE
from candidate_api.results.models import Score
from candidate_api.results.queries import disciplines, released
from candidate_api.results.states import Status
from candidate_api.transfers.models import CourseMatch, TransferOut
from candidate_api.transfers.rules import Held, movable
from candidate_api.transfers.states import MAY_SEE
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


def transferable(candidate: Candidate) -> "QuerySet[Score]":
    """The scores that another province would take over."""
    rows = Score.objects.filter(pk__in=_movable(candidate))
    return rows.select_related("course", "session").order_by("course__code", "pk")


def _movable(candidate: Candidate) -> list[int]:
    rows = list(released().filter(candidate=candidate, status=Status.PASSED).select_related("course__theory"))
    held = [
        Held(row.pk, row.course.code, row.source, row.recorded_at, row.course.theory.code if row.course.theory else "")
        for row in rows
    ]
    return list(movable(held, {row.course.code for row in rows}, clock.now()))


def obstacle(candidate: Candidate, *, thorough: bool = True) -> str:
    """Why this record cannot move to another province now, in words; empty where it can (domain 8.2, 8.3).

    `thorough` also reckons whether everything is passed, which takes a while.
    """
    held = disciplines(candidate.pk, clock.today())
    if held:
        words = {"penalty": held[0].get_penalty_display(), "until": held[0].until}
        return _("您在%(penalty)s期内（至%(until)s），期满后方可申请转出。") % words
    open_ones = TransferOut.objects.filter(candidate=OuterRef("pk"), state__in=["approved", "handed_over"])
    entries = Registration.objects.filter(candidate=OuterRef("pk"), state__in=LIVE, session__closed=False)
    degrees = Graduation.objects.filter(candidate=OuterRef("pk"), major=OuterRef("major"))
    leaving, registered, graduated = (
        Candidate.objects.filter(pk=candidate.pk)
        .annotate(
            leaving=Exists(open_ones),
            registered=Exists(entries.exclude(session__scores_at__lte=clock.now())),
            graduated=Exists(degrees),
        )
        .values_list("leaving", "registered", "graduated")
        .get()
    )
    major = candidate.major
    if leaving:
        return _("您的考籍正在转出。")
    if registered:
        return _("您有尚未考试或尚未公布成绩的报考，请在成绩公布后申请转出。")
    if graduated and major is not None:
        return _("您已在%(major)s专业毕业，不能转出。") % {"major": major.name}
    if thorough and major is not None:
        found = reckoned(candidate, major)
        if found is not None and found.standing == Standing.CAN_GRADUATE:
            return _("您的专业课程已全部合格，请在广西申请毕业。")
    return "" if _movable(candidate) else _("您没有可以转出的合格课程。")


def counterparts(province: str, codes: Iterable[str]) -> dict[str, Course | None]:
    """Which of our courses that province's count as, by their codes there: as the office has matched them, else of the
    same code here. None: the office has found that there is none. A code that nobody has looked at yet is absent."""
    wanted = set(codes)
    found: dict[str, Course | None] = {course.code: course for course in Course.objects.filter(code__in=wanted)}
    matches = CourseMatch.objects.filter(province=province, code__in=wanted).select_related("course")
    return found | {match.code: match.course for match in matches}


def visible_to(actor: Actor, *roles: str) -> "QuerySet[TransferOut]":
    """Those whose application staff may see for an office where they hold one of `roles`."""
    where = Q()
    for path in actor.offices_as(*(roles or MAY_SEE)):
        where |= Q(application__office__path__startswith=path) | Q(application__origin__path__startswith=path)
    rows = TransferOut.objects.select_related("candidate__user", "application")
    return rows.filter(where) if where else rows.none()


def for_update(actor: Actor, transfer_id: int, *roles: str) -> TransferOut:
    """One of them, locked until the transaction ends; `not_found` for all others."""
    locked = TransferOut.objects.select_for_update(of=("self",), no_key=True).filter(pk=transfer_id).first()
    row = locked and visible_to(actor, *roles).filter(pk=locked.pk).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这件转出考籍。"))
    return row


def waiting_for_update(actor: Actor, *roles: str) -> "list[TransferOut]":
    """Those that were approved and wait to be handed over, locked, in the order of their keys."""
    keys = visible_to(actor, *roles).filter(state="approved").values("pk")
    rows = TransferOut.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys, state="approved")
    return list(
        rows.select_related("candidate__user").prefetch_related("scores__course", "scores__session").order_by("pk")
    )
