"""考生信息变更 (domain 10): compared with the police's records, else decided by the city and, for names and
numbers, the province. What was before is kept."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.accounts.proofs import demand
from candidate_api.applications.applicants import of
from candidate_api.candidates.actions import correct, impossible, replace_photo
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.photo import judge, spec_on
from candidate_api.candidates.proving import Proof
from candidate_api.candidates.rules import clean_id_number, said_by
from candidate_api.candidates.states import IdType
from candidate_api.catalogue.models import CodeItem
from candidate_api.identity.providers.contract import ProviderUnavailable
from candidate_api.identity.providers.registry import provider
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE
from cms.windows.queries import current
from cms.windows.rules import Business, WindowState
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import FieldError
from portal.kernel.text import clean_name, mask_id_number
from portal.kernel.users.models import User
from review.applications.queries import open_titles as open_of
from review.types.configuration import Answers, Step
from review.types.kinds import Case, Facts, Kind, Unavailable

FREEZING = ("graduation", "transfer-out", "transfer-in")  # kinds
KEY_FIELDS = frozenset({"name", "id_type", "id_number"})
PHOTO = "photo"  # not a value but a paper
FIELDS = ("name", "id_type", "id_number", "gender", "ethnicity", "birth_date")


class InfoChange(Kind):
    label = gettext_lazy("考生信息变更")
    numbers = frozenset({"new_id_number"})

    def eligibility(self, record: Candidate) -> list[str]:
        """Frozen from the close of a session's registration to the release of its scores, for who sits in it, and while
        an application goes by the record as it is."""
        user = record.user
        live = Registration.objects.filter(candidate=record, state__in=LIVE, session__closed=False)
        now = clock.now()
        for session in {row.session for row in live.select_related("session")}:
            window = current(Business.COURSE_REGISTRATION, session=session.code, user_id=user.pk)
            is_over = window is not None and window.state_at(now) is WindowState.CLOSED
            if is_over and (session.scores_at is None or session.scores_at > now):
                words = {"session": session.name}
                return [_("%(session)s报考已截止、成绩尚未公布，期间不能变更信息，请在成绩公布后办理。") % words]
        return [
            _("您的“%(title)s”正在办理，办结后方可变更信息。") % {"title": title} for title in open_of(user, FREEZING)
        ]

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        rows = CodeItem.objects.filter(list="ethnicity", is_retired=False).order_by("order")
        return {"new_ethnicity": list(rows.values_list("code", "label"))}

    def authorise(self, *, by: Actor) -> None:
        if by.user_id is not None and not by.is_system:
            demand(Proof(), by=by)

    def check(self, case: Case) -> list[FieldError]:
        candidate, wanted = of(case.applicant), changes(case.answers)
        same = [
            FieldError(f"data.new_{name}", "unchanged", _("与现在的信息相同，无须变更。"))
            for name, value in wanted.items()
            if value == (candidate.user.name if name == "name" else getattr(candidate, name))
        ]
        errors = [FieldError(f"data.new_{e.field}", e.code, e.detail) for e in impossible(candidate, wanted)]
        picture = case.paper(PHOTO) if PHOTO in case.answers.get("what", ()) else None
        faults = judge(picture, spec_on(clock.today())).faults if picture else []
        return same + errors + [FieldError(f"materials.{PHOTO}", e.code, e.detail) for e in faults]

    def skips(self, step: Step, case: Case) -> bool:
        """The comparison says nothing about 民族 and knows no photos; the province decides about names, numbers and
        photos alone (domain 10.3)."""
        touches_key = bool(KEY_FIELDS & changes(case.answers).keys())
        has_photo = PHOTO in case.answers.get("what", ())
        if step.check == "identity":
            return has_photo or not touches_key
        return step.key == "province" and not (has_photo or touches_key)

    def ask(self, step: Step, case: Case) -> bool:
        """Whether the records have that name with that number, and it is still the same person: the number as it was,
        or the same name and birthday. All else people decide."""
        candidate, wanted = of(case.applicant), changes(case.answers)
        name = wanted.get("name", candidate.user.name)
        number = wanted.get("id_number", candidate.id_number)
        if wanted.get("id_type", candidate.id_type) != IdType.RESIDENT_ID or not _is_same_person(
            candidate, name, number
        ):
            return False
        try:
            return provider().check_name_and_number(name, number).passed
        except ProviderUnavailable as error:
            raise Unavailable(str(error)) from error

    def facts(self, case: Case) -> Facts:
        """What is now beside what is to be; the number whole where it is to become another, to be compared with it."""
        candidate = of(case.applicant)
        now = {
            "name": candidate.user.name,
            "id_type": candidate.get_id_type_display(),
            "id_number": candidate.id_number,
            "gender": candidate.get_gender_display(),
            "ethnicity": dict(self.options(case.applicant)["new_ethnicity"]).get(candidate.ethnicity, ""),
            "birth_date": str(candidate.birth_date or ""),
        }
        labels = {
            "name": _("现姓名"),
            "id_type": _("现证件类型"),
            "id_number": _("现证件号码"),
            "gender": _("现性别"),
            "ethnicity": _("现民族"),
            "birth_date": _("现出生日期"),
        }
        photo = (
            [(_("现照片"), _("在“考籍管理”中查看，与新照片比对是否同一人"))]
            if PHOTO in case.answers.get("what", ())
            else []
        )
        former = [
            (_("曾用"), f"{row.name} {mask_id_number(row.id_number)} {row.until:%Y-%m-%d}")
            for row in candidate.former_documents.all()[:5]
        ]
        return [(labels[name], now[name]) for name in FIELDS if name in changes(case.answers)] + photo + former

    def on_approved(self, case: Case, *, by: Actor) -> None:
        candidate = of(case.applicant)
        correct(candidate.pk, changes(case.answers), by=by)
        if PHOTO in case.answers.get("what", ()):
            replace_photo(candidate.pk, case.paper(PHOTO) or b"", by=by)


def changes(answers: Answers) -> dict[str, Any]:
    """What of the record is to become what: the new values of the fields that were chosen."""
    wanted: dict[str, Any] = {name: answers[f"new_{name}"] for name in FIELDS if f"new_{name}" in answers}
    if "name" in wanted:
        wanted["name"] = clean_name(wanted["name"])
    if "id_number" in wanted:
        wanted["id_number"] = clean_id_number(wanted["id_number"])
    if "birth_date" in wanted:
        wanted["birth_date"] = date.fromisoformat(wanted["birth_date"])
    return wanted


def _is_same_person(candidate: Candidate, name: str, number: str) -> bool:
    if number == candidate.id_number:
        return True
    return name == candidate.user.name and said_by(number).get("birth_date") == candidate.birth_date
