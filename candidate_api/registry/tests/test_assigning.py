"""考生类别 and 助学单位 of one person: the archive's to say, together, with a reason."""

import pytest
from django.test import Client

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import School
from candidate_api.registry import actions
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.tests.staff import member
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
REASON = "助学单位书面确认"
VERB = "registry.assign_school"


@pytest.fixture
def person() -> Candidate:
    return life.enrolled()


@pytest.fixture
def school() -> School:
    return School.objects.order_by("code").first()


def stored(person: Candidate) -> tuple[str, str | None]:
    return Candidate.objects.values_list("category", "assisting_school__code").get(pk=person.pk)


def test_the_archive_assigns_a_school_and_takes_it_away(person, school):
    desk = Client()
    desk.force_login(member("archive"))
    path = f"/admin/candidates/{person.pk}/school/"
    assert f"{school}</option>" in desk.get(path).content.decode()
    given = {"category": "college_link", "school": school.code, "reason": REASON}
    assert desk.post(path, given).headers["Location"] == f"/admin/candidates/{person.pk}/"
    assert stored(person) == ("college_link", school.code)
    assert str(school) in desk.get(f"/admin/candidates/{person.pk}/").content.decode()
    desk.post(path, {"category": "social", "school": "", "reason": REASON})
    assert stored(person) == ("social", None)
    with_school, without = ({"category": c, "school": s} for c, s in (("college_link", school.code), ("social", "")))
    assert list(AuditEntry.objects.filter(verb=VERB).order_by("pk").values_list("note", "data")) == [
        (REASON, {"before": without, "after": with_school}),
        (REASON, {"before": with_school, "after": without}),
    ]


@pytest.mark.parametrize(
    ("category", "code", "refused"),
    [
        ("social", "school", Code.VALIDATION_FAILED),
        ("college_link", "", Code.VALIDATION_FAILED),
        ("college_link", "99999", Code.VALIDATION_FAILED),
        ("social", "", Code.STATE_CONFLICT),
    ],
)
def test_what_does_not_fit_changes_nothing(person, school, category, code, refused):
    by = Actor.of(member("archive"), "admin")
    with pytest.raises(Problem) as refusal:
        actions.assign_school(person.pk, category, school.code if code == "school" else code, REASON, by=by)
    assert refusal.value.code == refused
    assert stored(person) == ("social", None)
    assert not AuditEntry.objects.filter(verb=VERB).exists()


@pytest.mark.parametrize(
    ("role", "office", "refused"),
    [("support", "450100", Code.PERMISSION_DENIED), ("archive", "450300", Code.NOT_FOUND)],
)
def test_others_do_not(person, school, role, office, refused):
    with pytest.raises(Problem) as refusal:
        actions.assign_school(
            person.pk, "college_link", school.code, REASON, by=Actor.of(member(role, office), "admin")
        )
    assert refusal.value.code == refused
    assert stored(person) == ("social", None)
