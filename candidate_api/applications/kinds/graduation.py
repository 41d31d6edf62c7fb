"""毕业申请 and 毕业证明书 (domain 9): who has passed everything applies; an earlier diploma is checked online first."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.applications.applicants import of, sheet_of
from candidate_api.applications.kinds.credit import worth
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.states import Category
from candidate_api.catalogue.states import Level
from candidate_api.graduations import queries
from candidate_api.graduations.actions import graduate
from candidate_api.graduations.models import Graduation as Graduated
from candidate_api.graduations.providers import ProviderUnavailable, provider
from candidate_api.graduations.rules import gap
from candidate_api.results.queries import released
from candidate_api.results.states import Status
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import FieldError
from portal.kernel.users.models import User
from review.applications.models import Application
from review.types.configuration import Answers, Step
from review.types.kinds import Case, Facts, Kind, Unavailable
from review.types.sheets import Sheet, Table, Words

_GAPS = {
    "late_start": gettext_lazy("个人简历请从高中（中专）开始填写。"),
    "reversed": gettext_lazy("个人简历中有结束早于开始的一行。"),
    "unfinished": gettext_lazy("个人简历只有最后一行可以不填结束年月（至今）。"),
    "gap": gettext_lazy("个人简历的起止年月须前后相接，一直填到现在。"),
}


class Graduation(Kind):
    label = gettext_lazy("毕业申请")
    prints = True

    def eligibility(self, record: Candidate) -> list[str]:
        why = queries.obstacle(record)
        return [why] if why else []

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        major = of(user).major
        return {"major": [(major.code, str(major))] if major else []}

    def initial(self, user: User) -> Answers:
        candidate = of(user)
        known = {
            "major": candidate.major.code if candidate.major else "",
            "level": candidate.major.level if candidate.major else "",
            "employer": candidate.employer,
            "address": candidate.address,
            "postcode": candidate.postcode,
            "native_place": candidate.native_place,
        }
        return {key: value for key, value in known.items() if value}

    def check(self, case: Case) -> list[FieldError]:
        candidate, given, errors = of(case.applicant), case.answers, []
        if candidate.major is None or given["level"] != candidate.major.level:
            errors.append(FieldError("data.level", "invalid", _("毕业层次与专业不一致。")))
        if candidate.category == Category.SOCIAL and "point" not in given:
            errors.append(FieldError("data.point", "required", _("社会考生请选择初审单位。")))
        why = gap(given["resume"], candidate.birth_date, f"{clock.today():%Y-%m}")
        if why:
            errors.append(FieldError("data.resume", why, str(_GAPS[why])))
        if given.get("prior_date", "") > clock.today().isoformat():
            errors.append(FieldError("data.prior_date", "future", _("毕业时间不能晚于今天。")))
        return errors

    def skips(self, step: Step, case: Case) -> bool:
        """An earlier diploma is asked for of who becomes 本科."""
        return step.check == "diploma" and case.answers.get("level") != Level.BACHELOR

    def ask(self, step: Step, case: Case) -> bool:
        number = case.answers.get("prior_number", "")
        try:
            return provider().check(case.applicant.name, of(case.applicant).id_number, number)
        except ProviderUnavailable as error:
            raise Unavailable(str(error)) from error

    def office(self, step: Step, case: Case) -> str | None:
        """初审单位 (domain 9.3): the city that 社会考生 choose, the college of 专本衔接考生, else the host school."""
        if step.key != "first":
            return None
        candidate = of(case.applicant)
        if candidate.category == Category.SOCIAL:
            return case.answers.get("point")
        own = candidate.assisting_school if candidate.category == Category.COLLEGE_LINK else None
        school = own or (candidate.major.school if candidate.major else None)
        return f"s{school.code}" if school else None

    def facts(self, case: Case) -> Facts:
        candidate = of(case.applicant)
        scores = released().filter(candidate=candidate, status=Status.PASSED).select_related("course")
        passed = [f"{s.course} {s.grade or s.score or s.get_source_display()}" for s in scores.order_by("course__code")]
        return [
            (_("能否毕业"), queries.obstacle(candidate) or _("可以毕业")),
            (_("已合格课程"), "；".join(passed)),
            (_("工作单位"), candidate.employer),
        ]

    def register(self, case: Case) -> Sheet:
        candidate, given = of(case.applicant), case.answers
        labels = (
            ("native_place", _("籍贯")), ("political", _("政治面貌")), ("employer", _("工作单位及职务")),
            ("address", _("通信地址")), ("postcode", _("邮政编码")), ("prior_school", _("前置学历学校")),
            ("prior_major", _("前置学历专业")), ("prior_number", _("前置学历证书编号")),
            ("prior_date", _("前置学历毕业时间")), ("thesis", _("毕业论文题目")),
        )  # fmt: skip
        facts = [(label, str(given[key])) for key, label in labels if given.get(key)]
        major = candidate.major
        school = major.school.name if major and major.school else ""
        level = str(major.get_level_display()) if major else ""
        resume = [
            (row["begin"], row.get("end", _("至今")), row["where"], row.get("what", ""))
            for row in given.get("resume", [])
        ]
        heads = (_("起始年月"), _("结束年月"), _("在何地何校（单位）"), _("学习或任职"))
        marks = (_("课程代码"), _("课程名称"), _("学分"), _("成绩"), _("来源"))
        parts: list[Table | Words] = [
            Table(_("个人简历"), heads, resume, (2, 2, 5, 4)),
            Table(_("各科成绩"), marks, _scores(case), (2, 6, 1, 2, 2)),
            Words(_("自我鉴定"), given.get("self", "")),
        ]
        opinions = (_("思想品德鉴定"), _("主考学校意见"), _("考试委员会意见"), _("毕业证书编号"))
        title = _("高等教育自学考试毕业生登记表")
        return sheet_of(case.applicant, title, [(_("层次"), level), (_("主考学校"), school), *facts], parts, opinions)

    def on_approved(self, case: Case, *, by: Actor) -> None:
        candidate = of(case.applicant)
        assert candidate.major is not None  # noqa: S101 -- `graduate` asks again on the locked record
        graduate(candidate.pk, candidate.major, case.pk, by=by)


def _scores(case: Case) -> list[tuple[str, ...]]:
    """Every passed course, with the credits that the current plan gives it."""
    candidate = of(case.applicant)
    worths = worth(candidate)
    rows = released().filter(candidate=candidate, status=Status.PASSED).select_related("course")
    return [
        (
            row.course.code,
            row.course.name,
            str(worths.get(row.course_id, "")),
            row.grade or ("" if row.score is None else str(row.score)),
            str(row.get_source_display()),
        )
        for row in rows.order_by("course__code", "pk")
    ]


class GraduationCertificate(Kind):
    """毕业证明书 (domain 9.10): for a lost or damaged diploma, once."""

    label = gettext_lazy("毕业证明书")
    prints = True

    def eligibility(self, record: Candidate) -> list[str]:
        done = Application.objects.filter(
            applicant=record.user_id, type__kind="graduation-certificate", state="approved"
        )
        return [_("毕业证明书只能办理一次，您已办理。")] if done.exists() else []

    def initial(self, user: User) -> Answers:
        known = Graduated.objects.filter(candidate__user=user).exclude(number=None).select_related("major").first()
        if known is None or known.made_at is None:
            return {}
        day: date = clock.local(known.made_at).date()
        return {"major": str(known.major), "number": known.number, "date": day.isoformat()}

    def check(self, case: Case) -> list[FieldError]:
        if case.answers["date"] <= clock.today().isoformat():
            return []
        return [FieldError("data.date", "future", _("毕业时间不能晚于今天。"))]

    def facts(self, case: Case) -> Facts:
        rows = Graduated.objects.filter(candidate__user=case.applicant).select_related("major")
        known = "；".join(f"{row.major} {row.number or ''}" for row in rows)
        return [(_("本系统的毕业记录"), known or _("无，请查档案"))]

    def register(self, case: Case) -> Sheet:
        labels = (
            ("major", _("毕业专业")), ("number", _("毕业证书编号")), ("date", _("毕业时间")),
        )  # fmt: skip
        facts = [(label, str(case.answers.get(key, ""))) for key, label in labels]
        why = Words(_("申办原因"), case.answers.get("why", ""))
        return sheet_of(case.applicant, _("高等教育自学考试毕业证明书申请表"), facts, [why])
