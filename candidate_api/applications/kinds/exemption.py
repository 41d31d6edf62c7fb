"""课程免考 (domain 7): courses line by line, by a table of rules, within the plan's limit; credited without a mark."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.applications.applicants import of, sheet_of
from candidate_api.applications.kinds.credit import credit
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.exemptions import queries, rules
from candidate_api.exemptions.states import DIPLOMAS, Credential
from candidate_api.results.states import Source
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import FieldError, Words
from portal.kernel.users.models import User
from review.types.configuration import Step
from review.types.kinds import Case, Facts, Kind
from review.types.sheets import Sheet, Table

_WHY = {
    "no_rule": gettext_lazy("所选学历或证书不能免考这门课程。"),
    "name": gettext_lazy("须与原课程名称相同。"),
    "grade": gettext_lazy("原课程须有60分以上的百分制成绩，考查、优良等不能免考。"),
}


class Exemption(Kind):
    """By diplomas or by certificates: `credentials` says which."""

    prints = True

    def __init__(self, label: Words, credentials: Sequence[Credential]) -> None:
        self.label, self.credentials = label, tuple(credentials)

    def eligibility(self, record: Candidate) -> list[str]:
        standing = queries.standing(record)
        if standing.version is None:
            return [_("您还没有选择专业，或者该专业没有考试计划。")]
        if not standing.has_passed_written:
            return [_("在广西有一门以上统考课程合格后方可申请免考。")]
        if not self._open(standing):
            return [_("您的考试计划中没有可以免考的课程。")]
        return []

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        return {
            "lines.course": [(code, str(course)) for code, course in self._open(queries.standing(of(user))).items()]
        }

    def check(self, case: Case) -> list[FieldError]:
        standing = queries.standing(of(case.applicant))
        grants = queries.grants(self.credentials, clock.local(case.first_submitted_at or clock.now()).date())
        major = standing.candidate.major.code if standing.candidate.major else ""
        rows = case.answers.get("lines", [])
        codes = [row.get("course", "") for row in rows]
        errors = []
        for number, row in enumerate(rows, 1):
            claim = _claim(row, standing)
            why = rules.obstacle(grants, case.answers.get("credential", ""), claim, major)
            if row.get("course") in standing.passed:
                errors.append(_wrong("passed", number, _("这门课程已经合格。")))
            elif codes.count(row.get("course", "")) > 1:
                errors.append(_wrong("twice", number, _("这门课程填写了两次。")))
            elif why:
                errors.append(_wrong(why, number, str(_WHY[why])))
        over = rules.over_limit(standing.exempted, standing.professional & set(codes), standing.limit)
        if over:
            words = {"limit": standing.limit, "held": len(standing.exempted)}
            sentence = _("专业课最多免考%(limit)d门，您已免考%(held)d门，请减少申请的专业课。") % words
            errors.append(FieldError("data.lines", "over_limit", sentence))
        return errors

    def office(self, step: Step, case: Case) -> str | None:
        """现场确认 is where the candidate has chosen."""
        return case.answers.get("point") if step.onsite else None

    def facts(self, case: Case) -> Facts:
        standing = queries.standing(of(case.applicant))
        codes = {row.get("course", "") for row in case.answers.get("lines", [])}
        words = {
            "now": len(standing.professional & codes),
            "held": len(standing.exempted),
            "limit": standing.limit,
        }
        found: Facts = [(_("专业课免考"), _("本次%(now)d门，已免考%(held)d门，上限%(limit)d门") % words)]
        for row in case.answers.get("lines", []):
            claim = _claim(row, standing)
            if claim.original and not rules.same_name(claim.name, claim.original):
                found.append((_("名称不同，请认定"), f"{claim.name} / {claim.original}"))
        passed = ", ".join(sorted(standing.passed))
        return [*found, (_("已合格课程"), passed)]

    def register(self, case: Case) -> Sheet:
        names = queries.standing(of(case.applicant)).courses
        given, shown = case.answers, dict(Credential.choices)
        heads = (_("课程代码"), _("申请免考课程"), _("原课程名称"), _("原成绩"))
        rows = [
            (
                row.get("course", ""),
                names[row["course"]].name if row.get("course") in names else "",
                row.get("original", ""),
                row.get("grade", ""),
            )
            for row in given.get("lines", [])
        ]
        labels = (
            ("school", _("原毕业院校")), ("major", _("原专业")), ("number", _("证书编号")),
            ("date", _("毕业（发证）时间")), ("issuer", _("发证机构")),
        )  # fmt: skip
        about = [(label, str(given[key])) for key, label in labels if key in given]
        facts = [(_("学历或证书"), str(shown.get(given.get("credential", ""), ""))), *about]
        title = _("广西高等教育自学考试课程免考申请表")
        return sheet_of(case.applicant, title, facts, [Table(_("申请免考的课程"), heads, rows, (1, 3, 3, 1))])

    def on_approved(self, case: Case, *, by: Actor) -> None:
        """A course that was passed meanwhile stays as it was passed."""
        candidate = of(case.applicant)
        passed = queries.standing(candidate).passed
        codes = [row["course"] for row in case.passed_rows if row["course"] not in passed]
        for course in Course.objects.filter(code__in=codes).order_by("code"):
            credit(candidate, course, Source.EXEMPTION, application=case.pk, by=by)

    def _open(self, standing: queries.Standing) -> dict[str, Course]:
        """The plan's courses that some rule covers and that are not passed."""
        grants = queries.grants(self.credentials, clock.today())
        major = standing.candidate.major.code if standing.candidate.major else ""
        return {
            code: course
            for code, course in sorted(standing.courses.items())
            if code not in standing.passed
            and any(grant.covers(code, standing.category.get(code, ""), major) for grant in grants)
        }


def by_diploma() -> Exemption:
    return Exemption(gettext_lazy("学历证书免考"), DIPLOMAS)


def by_certificate() -> Exemption:
    return Exemption(gettext_lazy("非学历证书免考"), [c for c in Credential if c not in DIPLOMAS])


def _claim(row: dict[str, Any], standing: queries.Standing) -> rules.Claim:
    code = row.get("course", "")
    name = standing.courses[code].name if code in standing.courses else ""
    category = standing.category.get(code, "")
    return rules.Claim(code, name, category, row.get("original", ""), str(row.get("grade", "")))


def _wrong(code: str, number: int, why: str) -> FieldError:
    return FieldError("data.lines", code, _("第%(number)d行：%(why)s") % {"number": number, "why": why})
