"""The page of one record: the face and the profile, as far as one may read of them without asking for more."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.candidates.models import Candidate
from candidate_api.identity.actions import confirm_on_site
from candidate_api.registry import actions
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User
from tests import life

from .test_desk import GUILIN, LIST, REASON, as_staff, at_desk, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LOOKED = "registry.open_photo"


@pytest.fixture
def person() -> Candidate:
    return life.enrolled(name="韦小莉")


def seated(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.user_id))
    return client


def looks() -> int:
    return AuditEntry.objects.filter(verb=LOOKED).count()


# -- the face ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["archive", "first_reviewer", "second_reviewer", "administrator"])
def test_the_face_is_looked_at_and_the_log_says_by_whom(person, role):
    by = as_staff(role)
    desk, photo = seated(by), f"{LIST}{person.pk}/photo/"
    assert f'src="{photo}"' in page(desk, f"{LIST}{person.pk}/")
    answer = desk.get(photo)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in answer["Cache-Control"]
    assert answer.content == person.photo.read()
    entry = AuditEntry.objects.get(verb=LOOKED)
    assert (entry.subject_id, entry.data) == (str(person.pk), {"sha256": person.photo.sha256})
    assert entry.actor_id == by.user_id


def test_support_knows_that_there_is_one(person):
    by = as_staff("support")
    desk = seated(by)
    html = page(desk, f"{LIST}{person.pk}/")
    assert "已上传照片" in html
    assert "/photo/" not in html
    assert desk.get(f"{LIST}{person.pk}/photo/").headers["Location"] == "/admin/"
    with pytest.raises(Problem) as refused:
        actions.open_photo(person.pk, by=by)
    assert refused.value.code is Code.PERMISSION_DENIED
    assert looks() == 0


def test_no_other_office_and_no_visitor_looks(person):
    photo = f"{LIST}{person.pk}/photo/"
    assert at_desk(office=GUILIN).get(photo).status_code == 404
    own = Client()
    own.force_login(person.user)
    for who in (Client(), own):
        assert who.get(photo).headers["Location"].startswith("/admin/login/")
    assert looks() == 0


def test_who_has_sent_no_photo_has_none_to_look_at():
    nobody = life.registered(name="韦小新")
    desk = at_desk()
    assert "未上传照片" in page(desk, f"{LIST}{nobody.pk}/")
    assert desk.get(f"{LIST}{nobody.pk}/photo/").status_code == 404
    assert looks() == 0


# -- the profile ------------------------------------------------------------------------------------------------------
def test_the_profile_is_there_and_what_would_give_the_number_away_is_masked(person):
    html = page(at_desk(), f"{LIST}{person.pk}/")
    born = f"{person.birth_date:%Y}"
    for shown in (person.get_gender_display(), f"{born}-**-**", "壮族", "青秀区****", "在籍", "未认证"):
        assert shown in html, shown
    for hidden in (f"{person.birth_date:%Y-%m-%d}", f"{person.birth_date:%m%d}", person.address, person.id_number):
        assert hidden not in html


def test_birthday_and_address_are_shown_whole_with_a_reason(person):
    desk, path = at_desk(), f"{LIST}{person.pk}/unmask/"
    assert f"{person.birth_date:%Y-%m-%d}" in page(desk, path, what="birth_date", reason=REASON)
    assert person.address in page(desk, path, what="address", reason=REASON)
    read = AuditEntry.objects.filter(verb="registry.unmask").order_by("pk")
    assert [(row.note, row.data["what"]) for row in read] == [(REASON, "birth_date"), (REASON, "address")]


def test_an_identity_that_a_person_confirmed_is_said_to_be_so(person):
    by = as_staff()
    confirm_on_site(person.pk, person.user.name, person.id_number, REASON, by=by)
    html = page(seated(by), f"{LIST}{person.pk}/")
    checked = person.identity_checks.get().checked_at
    assert f"已通过（现场核验）{checked:%Y}" in html


# -- what was done ----------------------------------------------------------------------------------------------------
def test_proposals_to_merge_are_told_to_who_decides_them(person):
    twin = life.enrolled(name="韦小莉")
    merger = actions.propose(person.pk, twin.candidate_number, REASON, by=as_staff())
    decider, support = at_desk(number=2), at_desk("support")
    for one in (person, twin):
        assert f"/mergers/{merger.pk}/approve/" in page(decider, f"{LIST}{one.pk}/")
        assert "合并申请" not in page(support, f"{LIST}{one.pk}/")


def test_readers_of_the_log_read_the_latest_of_it_here(person):
    by = as_staff()
    actions.freeze(person.pk, REASON, by=by)
    html = page(at_desk("administrator"), f"{LIST}{person.pk}/")
    assert "最近的操作" in html
    assert f"冻结账号（{REASON}）" in html
    assert "韦*莉：上传照片" in html
    assert "韦小莉" not in html
    assert f"subject=candidate_api.candidate:{person.pk}" in html
    assert "最近的操作" not in page(seated(by), f"{LIST}{person.pk}/")


@pytest.mark.parametrize("role", ["archive", "administrator", "support"])
def test_the_page_asks_as_much_of_a_long_life_as_of_a_short_one(person, role):
    desk = at_desk(role)
    path = f"{LIST}{person.pk}/"
    page(desk, path)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(desk, path)
        return len(captured)

    short = asked()
    archive, administrator = as_staff(number=4), as_staff("administrator", number=5)
    confirm_on_site(person.pk, person.user.name, person.id_number, REASON, by=archive)
    for _time in range(3):
        actions.freeze(person.pk, REASON, by=administrator)
        actions.unfreeze(person.pk, REASON, by=administrator)
        merger = actions.propose(person.pk, life.enrolled(name="韦小莉").candidate_number, REASON, by=archive)
        actions.refuse(merger.pk, REASON, by=archive)
    assert asked() == short
    assert short <= 17  # nine of them are asked by every page of the desk
