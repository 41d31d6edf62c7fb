"""成绩复核 (domain 6.5): of a written score, within five working days of its release; sums and missed answers alone."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.applications.applicants import sheet_of
from candidate_api.applications.kinds.credit import correct
from candidate_api.candidates.models import Candidate
from candidate_api.results.models import Score
from candidate_api.results.queries import released
from candidate_api.results.states import VALID, Source
from cms.workdays.queries import working_days_after
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import FieldError
from portal.kernel.users.models import User
from review.types.kinds import Case, Facts, Kind
from review.types.sheets import Sheet, Words

WORKING_DAYS = 5
CORRECTED = "corrected"  # what the last step offers as an outcome


class ScoreReview(Kind):
    label = gettext_lazy("成绩复核")
    prints = True
    asks_value = gettext_lazy("更正后的成绩（成绩有误时填写，0至100）")

    def eligibility(self, record: Candidate) -> list[str]:
        return [] if _reviewable(record.user) else [_("您没有可以复核的成绩：成绩公布后5个工作日内可以申请。")]

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        return {
            "score": [
                (str(score.pk), f"{score.course} {_said(score)}") for score in _written(user).filter(status__in=VALID)
            ]
        }

    def check(self, case: Case) -> list[FieldError]:
        if case.round or case.answers.get("score") in {str(score.pk) for score in _reviewable(case.applicant)}:
            return []
        sentence = _("这门成绩已过复核申请时间（公布后5个工作日内）。")
        return [FieldError("data.score", "too_late", sentence)]

    def facts(self, case: Case) -> Facts:
        score = _written(case.applicant).filter(pk=case.answers.get("score") or 0).first()
        if score is None or score.session is None or score.session.scores_at is None:
            return []
        return [
            (_("课程"), str(score.course)),
            (_("考期"), score.session.name),
            (_("公布成绩"), case.chosen("score").removeprefix(f"{score.course} ") or _said(score)),
            (_("公布时间"), f"{clock.local(score.session.scores_at):%Y-%m-%d %H:%M}"),
        ]

    def judge(self, case: Case) -> list[FieldError]:
        """A corrected score is another one than was told."""
        score = _written(case.applicant).filter(pk=case.answers.get("score") or 0).first()
        value = case.outcome_value
        if case.outcome == CORRECTED and score is not None and score.status not in VALID:
            words = {"status": score.get_status_display()}
            return [FieldError("outcome", "invalid", _("这门成绩现在是“%(status)s”，不能更正。") % words)]
        if case.outcome != CORRECTED:
            return [FieldError("value", "invalid", _("成绩无误时不填更正后的成绩。"))] if value else []
        if not value.isdecimal() or int(value) > 100 or (score is not None and score.score == int(value)):
            return [FieldError("value", "invalid", _("请填写更正后的成绩，0至100，且与原成绩不同。"))]
        return []

    def on_approved(self, case: Case, *, by: Actor) -> None:
        """A wrong score is put right; passed or failed follows from it."""
        if case.outcome == CORRECTED:
            correct(int(case.answers["score"]), int(case.outcome_value), application=case.pk, by=by)

    def register(self, case: Case) -> Sheet:
        facts = [(str(label), value) for label, value in self.facts(case)]
        why = Words(_("复核理由"), case.answers.get("reason", ""))
        return sheet_of(case.applicant, _("广西高等教育自学考试成绩复核申请表"), facts, [why])


def _written(user: User) -> "QuerySet[Score]":
    rows = released().filter(candidate__user=user, source=Source.WRITTEN).exclude(session=None)
    return rows.select_related("course", "session").order_by("-session__code", "course__code")


def _reviewable(user: User) -> list[Score]:
    """The marks whose time for a review is not over; where there is none, as for 缺考 and 违纪, nothing is added up."""
    now = clock.now()
    return [
        score
        for score in _written(user).filter(status__in=VALID)
        if score.session and score.session.scores_at and now < working_days_after(score.session.scores_at, WORKING_DAYS)
    ]


def _said(score: Score) -> str:
    return score.get_status_display() if score.score is None else _("%(score)d分") % {"score": score.score}
