"""转考 (domain 8): out by application; in as a record that arrives, and is confirmed or disputed."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.applications.applicants import of, sheet_of
from candidate_api.applications.kinds.credit import credit
from candidate_api.catalogue.models import Course
from candidate_api.results.models import Score
from candidate_api.results.queries import passed_course_codes
from candidate_api.results.states import Source
from candidate_api.transfers import actions, queries
from candidate_api.transfers.states import PROVINCES
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.users.models import User
from review.types.configuration import Answers, Step
from review.types.kinds import Case, Facts, Kind
from review.types.sheets import Sheet, Table

_HEADS = (gettext_lazy("课程代码"), gettext_lazy("课程名称"), gettext_lazy("成绩"), gettext_lazy("合格考期"))


class TransferOut(Kind):
    label = gettext_lazy("转至外省")
    prints = True

    def eligibility(self, user: User) -> list[str]:
        why = queries.obstacle(of(user), thorough=False)
        return [why] if why else []

    def check(self, case: Case) -> list[FieldError]:
        why = queries.obstacle(of(case.applicant))
        return [FieldError("type", "not_eligible", why)] if why else []

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        scores = queries.transferable(of(user))
        return {
            "province": list(PROVINCES),
            "scores": [(str(s.pk), f"{s.course} {s.grade or s.score or ''}") for s in scores],
        }

    def initial(self, user: User) -> Answers:
        return {"address": of(user).address} if of(user).address else {}

    def facts(self, case: Case) -> Facts:
        why = queries.obstacle(of(case.applicant))
        return [(_("能否转出"), why or _("可以转出"))]

    def register(self, case: Case) -> Sheet:
        given = case.answers
        labels = (("number", _("转入省准考证号")), ("reason", _("转出原因")), ("address", _("通信地址")))
        there = dict(PROVINCES).get(given.get("province", ""), "")
        facts = [(_("转入省份"), there), *((label, str(given.get(key, ""))) for key, label in labels)]
        scores = Score.objects.filter(pk__in=_ids(case), candidate__user=case.applicant)
        rows = [
            (s.course.code, s.course.name, s.grade or str(s.score or ""), s.session.code if s.session else "")
            for s in scores.select_related("course", "session").order_by("course__code")
        ]
        table = Table(_("转出合格课程"), [str(h) for h in _HEADS], rows, (2, 5, 2, 2))
        title = _("高等教育自学考试转考（转出）登记表")
        return sheet_of(case.applicant, title, facts, [table], [_("转入省考办意见")])

    def on_approved(self, case: Case, *, by: Actor) -> None:
        given = case.answers
        actions.approve(of(case.applicant).pk, given["province"], given["number"], _ids(case), case.pk, by=by)


def _ids(case: Case) -> list[int]:
    return [int(pk) for pk in case.answers.get("scores", ())]


class TransferIn(Kind):
    """Nobody applies: a record arrives. What arrived is not the candidate's to change; they may say what is wrong."""

    label = gettext_lazy("外省转入")
    prints = True
    locked = frozenset({"province", "number", "lines"})

    def eligibility(self, user: User) -> list[str]:
        return [_("转入考籍由转出省提交，无需申请；到达后请在规定时间内核对并确认。")]

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        return {"province": list(PROVINCES)}

    def skips(self, step: Step, case: Case) -> bool:
        """The office looks first where a course is not ours, or the candidate has said that something is wrong."""
        rows = case.answers.get("lines", [])
        return step.key == "mapping" and "wrong" not in case.answers and not _unknown(rows)

    def facts(self, case: Case) -> Facts:
        rows = case.answers.get("lines", [])
        passed = passed_course_codes(of(case.applicant).pk)
        both = sorted({row["course"] for row in rows} & passed)
        return [
            (_("课程库中没有的课程"), "、".join(_unknown(rows)) or _("无")),
            (_("考生已合格的课程"), "、".join(both) or _("无")),
        ]

    def register(self, case: Case) -> Sheet:
        given = case.answers
        there = dict(PROVINCES).get(given.get("province", ""), "")
        facts = [(_("转出省份"), there), (_("转出省准考证号"), given.get("number", ""))]
        rows = [(r["course"], r["name"], r["mark"], r.get("session", "")) for r in given.get("lines", [])]
        table = Table(_("转入合格课程"), [str(h) for h in _HEADS], rows, (2, 5, 2, 2))
        title = _("高等教育自学考试转考（转入）登记表")
        return sheet_of(case.applicant, title, facts, [table], [_("转出省考办意见")])

    def on_approved(self, case: Case, *, by: Actor) -> None:
        """Credited course by course; what is passed here already, or unknown, is left out. Raises `state_conflict`
        while a course is unknown and was not refused by the office."""
        candidate = of(case.applicant)
        rows = case.passed_rows
        if unknown := _unknown(rows):
            raise Problem(Code.STATE_CONFLICT, _("课程库中没有：%(codes)s。") % {"codes": "、".join(unknown)})
        passed = passed_course_codes(candidate.pk)
        courses = {c.code: c for c in Course.objects.filter(code__in=[row["course"] for row in rows])}
        origin = dict(PROVINCES).get(case.answers.get("province", ""), "")
        for row in rows:
            if row["course"] in passed:
                continue
            mark = int(row["mark"]) if row["mark"].isdecimal() else None
            fields = {"origin": origin, "origin_session": row.get("session", "")}
            grade = "" if mark is not None else row["mark"]
            credit(candidate, courses[row["course"]], Source.TRANSFER, application=case.pk, by=by, score=mark,
                   grade=grade, **fields)  # fmt: skip


def _unknown(rows: Sequence[Answers]) -> list[str]:
    codes = [row["course"] for row in rows]
    known = set(Course.objects.filter(code__in=codes).values_list("code", flat=True))
    return [code for code in codes if code not in known]
