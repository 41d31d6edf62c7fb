"""转考 (domain 8): out by application; in as a record that arrives, and is confirmed or disputed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.applications.applicants import of, sheet_of
from candidate_api.applications.kinds.credit import credit, worth
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.results.models import Discipline, Score
from candidate_api.results.queries import passed_course_codes
from candidate_api.results.states import Source
from candidate_api.transfers import actions, queries
from candidate_api.transfers.queries import counterparts
from candidate_api.transfers.states import PROVINCES
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.users.models import User
from review.types.configuration import Answers, Step
from review.types.kinds import Case, Facts, Kind
from review.types.sheets import Sheet, Table, Words

_NO_MATCH = gettext_lazy("请先在“转入课程对应”中登记%(code)s对应的课程，没有的也要登记。")
_HEADS = (gettext_lazy("课程代码"), gettext_lazy("课程名称"), gettext_lazy("成绩"), gettext_lazy("合格考期"))


class TransferOut(Kind):
    label = gettext_lazy("转至外省")
    prints = True

    def eligibility(self, record: Candidate) -> list[str]:
        why = queries.obstacle(record, thorough=False)
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
        worths = worth(of(case.applicant))
        rows = [
            (
                *(s.course.code, s.course.name, s.grade or str(s.score or ""), s.session.code if s.session else ""),
                *(str(worths.get(s.course_id, "")), str(s.get_source_display())),
            )
            for s in scores.select_related("course", "session").order_by("course__code")
        ]
        heads = [*(str(h) for h in _HEADS), _("学分"), _("来源")]
        table = Table(_("转出合格课程"), heads, rows, (2, 5, 2, 2, 1, 2))
        title = _("高等教育自学考试转考（转出）登记表")
        return sheet_of(case.applicant, title, facts, [table, _decisions(case)], [_("转入省考办意见")])

    def on_approved(self, case: Case, *, by: Actor) -> None:
        given = case.answers
        actions.approve(of(case.applicant).pk, given["province"], given["number"], _ids(case), case.pk, by=by)


def _decisions(case: Case) -> Words:
    """违纪记录: what was ever decided against the person."""
    rows = Discipline.objects.filter(candidate__user=case.applicant).order_by("starts", "pk")
    told = [f"{d.get_penalty_display()} {d.starts}–{d.until} {d.number} {d.reason}".strip() for d in rows]
    return Words(_("违纪处理记录"), "\n".join(told) or _("无"))


def _ids(case: Case) -> list[int]:
    return [int(pk) for pk in case.answers.get("scores", ())]


class TransferIn(Kind):
    """Nobody applies: a record arrives. What arrived is not the candidate's to change; they may say what is wrong."""

    label = gettext_lazy("外省转入")
    prints = True
    locked = frozenset({"province", "number", "lines"})

    def eligibility(self, record: Candidate) -> list[str]:
        return [_("转入考籍由转出省提交，无需申请；到达后请在规定时间内核对并确认。")]

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        return {"province": list(PROVINCES)}

    def skips(self, step: Step, case: Case) -> bool:
        """The office looks first where a course is not ours, or the candidate has said that something is wrong."""
        return step.key == "mapping" and "wrong" not in case.answers and not _Lines(case).unknown

    def hinders(self, step: Step, case: Case) -> list[FieldError]:
        """Each course that is none of ours is matched, or said to be none, before the candidate is asked to confirm."""
        unknown = _Lines(case).unknown if step.key == "mapping" else ()
        return [FieldError("lines", "unknown", str(_NO_MATCH) % {"code": code}) for code in unknown]

    def facts(self, case: Case) -> Facts:
        lines = _Lines(case)
        passed = passed_course_codes(of(case.applicant).pk)
        both = sorted({course.code for course in lines.matches.values() if course} & passed)
        return [
            (_("待登记对应课程"), "、".join(lines.unknown) or _("无")),
            *((_("课程对应"), f"{code} → {course or _('没有对应课程，不能转入')}") for code, course in lines.others),
            (_("考生已合格的课程"), "、".join(both) or _("无")),
        ]

    def register(self, case: Case) -> Sheet:
        given = case.answers
        there = dict(PROVINCES).get(given.get("province", ""), "")
        facts = [(_("转出省份"), there), (_("转出省准考证号"), given.get("number", ""))]
        ours = dict(_Lines(case).others)
        rows = [
            (r["course"], r["name"], r["mark"], r.get("session", ""), _ours(r["course"], ours))
            for r in given.get("lines", [])
        ]
        heads = [*(str(h) for h in _HEADS), _("对应广西课程")]
        table = Table(_("转入合格课程"), heads, rows, (2, 4, 2, 2, 4))
        title = _("高等教育自学考试转考（转入）登记表")
        return sheet_of(case.applicant, title, facts, [table], [_("转出省考办意见")])

    def on_approved(self, case: Case, *, by: Actor) -> None:
        """Credited course by course; what is passed here already is left as it is. Raises `state_conflict` for a
        course that counts as none of ours and was not refused by the office."""
        candidate, matches = of(case.applicant), _Lines(case).matches
        rows = case.passed_rows
        if none := [row["course"] for row in rows if matches.get(row["course"]) is None]:
            raise Problem(Code.STATE_CONFLICT, _("没有对应的广西课程：%(codes)s。") % {"codes": "、".join(none)})
        done = set(passed_course_codes(candidate.pk))
        origin = dict(PROVINCES).get(case.answers.get("province", ""), "")
        for row in rows:
            course = matches[row["course"]]
            if course is None or course.code in done:
                continue
            done.add(course.code)  # two of theirs may count as one of ours
            mark = int(row["mark"]) if row["mark"].isdecimal() else None
            fields = {"origin": origin, "origin_session": row.get("session", "")}
            grade = "" if mark is not None else row["mark"]
            credit(candidate, course, Source.TRANSFER, application=case.pk, by=by, score=mark, grade=grade, **fields)


class _Lines:
    """The courses of a record that came from another province, beside ours."""

    def __init__(self, case: Case) -> None:
        self.codes = [row["course"] for row in case.answers.get("lines", [])]
        self.matches = counterparts(case.answers.get("province", ""), self.codes)

    @property
    def unknown(self) -> list[str]:
        """What nobody has matched yet."""
        return [code for code in self.codes if code not in self.matches]

    @property
    def others(self) -> list[tuple[str, Course | None]]:
        """What counts as a course with another code, or as none."""
        pairs = [(code, self.matches[code]) for code in self.codes if code in self.matches]
        return [(code, course) for code, course in pairs if course is None or course.code != code]


def _ours(code: str, others: dict[str, Course | None]) -> str:
    if code not in others:
        return code
    course = others[code]
    return f"{course.code} {course.name}" if course else str(_("不能转入"))
