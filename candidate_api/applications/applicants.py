"""Who applies: plugged into the engine at start, which knows nothing of candidates."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import called
from candidate_api.catalogue.models import CodeItem, Course, District
from portal.kernel.text import mask_mobile
from portal.kernel.users.models import User
from review.types.kinds import LISTS, Facts, applicants
from review.types.sheets import Fact, Sheet, Table, Words
from review.types.states import Level, QuestionKind


def of(user: User) -> Candidate:
    """The record of an applicant."""
    found = record(user)
    if found is None:
        raise Candidate.DoesNotExist
    return found


def record(user: User) -> Candidate | None:
    """The record of whoever thinks of applying, if there is one."""
    return Candidate.objects.select_related("user", "district", "major__school").filter(user=user).first()


def obstacle(candidate: Candidate | None) -> str:
    """Everybody with a 准考证号 may apply."""
    state = candidate.state if candidate is not None else ""
    if state == "transferred":
        return _("您的考籍已转至外省，不能在广西办理业务。")
    return "" if state == "enrolled" else _("请先完善个人信息并取得准考证号，再申请办理业务。")


def office(user: User, level: str) -> str | None:
    """The code of the office of that level which looks after the applicant."""
    candidate = of(user)
    district = candidate.district.code if candidate.district else None
    match level:
        case Level.SCHOOL:
            return f"s{candidate.major.school.code}" if candidate.major and candidate.major.school else None
        case Level.COUNTY:
            lives_there = district and candidate.address_area[:4] == district[:4]
            return candidate.address_area if lives_there else district
    return district


def facts(user: User) -> Facts:
    """What a reviewer sees of the applicant: name in full, numbers masked."""
    candidate = of(user)
    return [
        (_("姓名"), user.name),
        (_("准考证号"), candidate.candidate_number or ""),
        (_("证件号码"), candidate.masked_id_number),
        (_("手机号码"), mask_mobile(user.mobile)),
        (_("考生类别"), candidate.get_category_display()),
        (_("所属市自考办"), str(candidate.district or "")),
        (_("报考专业"), str(candidate.major or "")),
    ]


def found(text: str) -> "QuerySet[Candidate]":
    """The keys of the people whom a reviewer looks for: by a whole number, or by a name or its beginning."""
    return Candidate.objects.filter(called(text)).values("user")


def sheet_of(
    user: User,
    title: str,
    facts: Sequence[Fact] = (),
    parts: Sequence[Table | Words] = (),
    opinions: Sequence[str] = (),
) -> Sheet:
    """A printed form with what every one of them says of its person, numbers in full, and then `facts`."""
    candidate = of(user)
    ethnicities = dict(CodeItem.objects.filter(list="ethnicity", code=candidate.ethnicity).values_list("code", "label"))
    own = [
        (_("姓名"), user.name),
        (_("性别"), str(candidate.get_gender_display())),
        (_("民族"), ethnicities.get(candidate.ethnicity, "")),
        (_("出生日期"), str(candidate.birth_date or "")),
        (_("准考证号"), candidate.candidate_number or ""),
        (_("证件号码"), candidate.id_number),
        (_("考籍所在市"), str(candidate.district or "")),
        (_("报考专业"), str(candidate.major or "")),
        (_("联系电话"), user.mobile or ""),
    ]
    return Sheet(title, user.name, candidate.candidate_number or "", [*own, *facts], parts, opinions)


def plug_in() -> None:
    """Tell the engine who its applicants are and what they choose from."""
    applicants.record, applicants.obstacle = record, obstacle
    applicants.office, applicants.facts, applicants.found = office, facts, found
    LISTS[QuestionKind.DISTRICT] = lambda: list(District.objects.values_list("code", "name"))
    LISTS[QuestionKind.COURSE] = lambda: [(code, f"{code} {name}") for code, name in _courses()]


def _courses() -> list[tuple[str, str]]:
    return list(Course.objects.order_by("code").values_list("code", "name"))
