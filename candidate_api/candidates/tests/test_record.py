"""From a bare account to the 准考证号: the profile, the photo, the number that is given once."""

import io
from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError
from django.test import Client
from PIL import Image

from candidate_api.candidates import actions, photo, queries
from candidate_api.candidates.models import Candidate, NumberCounter
from candidate_api.candidates.rules import number_prefix
from candidate_api.catalogue.models import CodeItem, Major, PlanVersion
from portal.demo.portraits import portrait
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.files.models import PrivateFile
from portal.kernel.messages.models import Message
from tests import life
from tests.races import threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
PROFILE = {
    "ethnicity": "08",
    "political_status": "13",
    "education": "associate",
    "occupation": "employee",
    "address_area": "450103",
    "address": "民族大道１号",
    "district": "450100",
    "major": "080901",
}
SPEC = photo.spec_on(date(2026, 11, 23))


@pytest.fixture
def person():
    return life.registered(number=life.id_number(123))


@pytest.fixture
def app(api, person):
    api.force_authenticate(person.user)
    return api


def upload(app, content, path="/api/v1/me/photo/", name="照片.jpg"):
    file = io.BytesIO(content)
    file.name = name
    method = app.put if path.endswith("photo/") else app.post
    return method(path, {"photo": file}, format="multipart")


def steps(app):
    return [step["step"] for step in app.get("/api/v1/me/").json()["onboarding"] if step["done"]]


def test_profile_and_photo_bring_the_number_once(app, person):
    assert app.patch("/api/v1/me/profile/", PROFILE).status_code == 200
    assert steps(app) == ["account", "profile"]
    answer = upload(app, life.good_photo())
    assert answer.status_code == 200
    number = answer.json()["candidate_number"]
    assert number == number_prefix("450100", clock.today()) + "00001"
    assert (answer.json()["state"], answer.json()["state_label"]) == ("enrolled", "在籍")
    assert steps(app) == ["account", "profile", "photo", "candidate_number"]
    upload(app, life.good_photo(2))
    app.patch("/api/v1/me/profile/", {"address": "新民路4号"})
    kept = Candidate.objects.get()
    assert (kept.candidate_number, kept.address) == (number, "新民路4号")
    assert NumberCounter.objects.get().last == 1
    assert AuditEntry.objects.filter(verb="candidates.enrol").count() == 1
    assert Message.objects.filter(template="candidate_enrolled").count() == 1


def test_what_is_typed_wide_is_kept_narrow(app):
    assert app.patch("/api/v1/me/profile/", PROFILE).json()["address"] == "民族大道1号"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ethnicity": "99"}, "unknown_code"),
        ({"major": "999999"}, "does_not_exist"),
        ({"district": "110000"}, "does_not_exist"),
        ({"address_area": "000000"}, "unknown_code"),
        ({"postcode": "12"}, "invalid"),
        ({"email": "someone@example.org"}, "read_only"),
        ({"mobile": "13911110000"}, "read_only"),
        ({"name": "韦" * 61}, "invalid"),
        ({"name": "韦" * 101}, "max_length"),
        ({"birth_date": "1990-02-30"}, "invalid"),
        ({"birth_date": "1990-01-01"}, "locked"),
        ({"gender": "female"}, "locked"),
        ({"name": "<b>"}, "invalid"),
        ({"id_number": life.id_number(5)[:17] + "?"}, "format"),
        ({"household_area": "999999"}, "unknown_code"),
        ({"category": "online_assisted"}, "unknown_field"),
        ({"address": {"a": 1}}, "invalid"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_changes(app, change, code):
    before = Candidate.objects.values().get()
    answer = app.patch("/api/v1/me/profile/", PROFILE | change)
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(next(iter(change)), code)]
    assert Candidate.objects.values().get() == before


def test_numbers_typed_wide_are_kept_narrow(app):
    answer = app.patch("/api/v1/me/profile/", {"postcode": "５３００００", "phone": "０７７１－５３３７６８７"})
    assert answer.status_code == 200
    assert (answer.json()["postcode"], answer.json()["phone"]) == ("530000", "0771-5337687")


@pytest.mark.parametrize("born", ["2999-01-01", "1800-05-05", "0001-01-01"])
def test_who_has_a_passport_is_born_on_a_real_day_too(api, reference, born):
    person = life.registered(id_type="passport", number="E12345678")
    api.force_authenticate(person.user)
    answer = api.patch("/api/v1/me/profile/", {"birth_date": born})
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("birth_date", "invalid")]
    assert Candidate.objects.get(pk=person.pk).birth_date is None


@pytest.mark.parametrize("major", ["050201", "590202"])
def test_a_major_without_a_plan_or_one_that_closes_takes_nobody_new(app, major):
    """050201 has no plan in the fixtures; 590202 closes, and here it has one."""
    _with_plan("590202")
    before = Candidate.objects.values().get()
    answer = app.patch("/api/v1/me/profile/", PROFILE | {"major": major})
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("major", "not_taking_new")]
    assert Candidate.objects.values().get() == before
    assert app.patch("/api/v1/me/profile/", PROFILE).status_code == 200


def test_who_is_in_a_major_keeps_it_when_it_closes(app, person):
    app.patch("/api/v1/me/profile/", PROFILE)
    closing = {"status": "closing", "last_exam": "2028-10", "last_graduation": date(2029, 6, 30)}
    Major.objects.filter(code="080901").update(no_new_from=clock.today(), **closing)
    assert app.patch("/api/v1/me/profile/", PROFILE | {"address": "新民路4号"}).status_code == 200
    assert app.patch("/api/v1/me/profile/", {"major": "030101K"}).status_code == 200
    assert app.patch("/api/v1/me/profile/", {"major": "080901"}).status_code == 400, "there is no way back"
    assert Candidate.objects.get().major.code == "030101K"


def _with_plan(major):
    PlanVersion.objects.create(
        major=Major.objects.get(code=major),
        code="2024",
        valid_from="2024-04",
        credits_required=70,
        courses_required=15,
        is_current=True,
    )


def _jpeg(size=(480, 640), dpi=(300, 300), colour=(67, 142, 219), **options):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, options.pop("format", "JPEG"), dpi=dpi, **options)
    return out.getvalue()


GOOD = portrait(7, SPEC)
BROKEN = {
    "empty": b"",
    "text": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "truncated": GOOD[: len(GOOD) // 2],
    "gif": b"GIF89a" + b"\0" * 100,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_jpeg_is_refused_whatever_it_is_called(app, name):
    answer = upload(app, BROKEN[name])
    assert answer.status_code == 400
    assert {e["code"] for e in answer.json()["errors"]} <= {"format", "empty", "required"}
    assert PrivateFile.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (_jpeg(), {"size"}),
        (_jpeg(size=(288, 384)), {"dimensions", "size"}),
        (_jpeg(dpi=(72, 72)), {"size"}),
        (_jpeg(colour=(200, 30, 30)), {"size", "background"}),
        (portrait(3, SPEC, background=(40, 160, 60)), {"background"}),
        (portrait(3, SPEC, background=(255, 255, 255)), set()),
        (GOOD, set()),
    ],
)
def test_each_broken_rule_is_told_by_name(app, content, codes):
    answer = upload(app, content, "/api/v1/me/photo/check/").json()
    assert (answer["ok"], {error["code"] for error in answer["errors"]}) == (not codes, codes)
    assert all(error["detail"] for error in answer["errors"])
    assert Candidate.objects.get().photo is None


def test_a_bomb_is_not_opened(app):
    bomb = _jpeg(size=(9000, 9000), quality=1)
    assert upload(app, bomb).json()["errors"][0]["code"] == "pixels"


def test_where_and_with_what_it_was_taken_is_not_kept(app):
    exif = Image.Exif()
    exif[0x010F] = "CanaryPhone"
    exif.get_ifd(0x8825)[1] = "N"
    image = Image.open(io.BytesIO(GOOD))
    out = io.BytesIO()
    image.save(out, "JPEG", quality="keep", exif=exif, dpi=(300, 300))
    assert b"CanaryPhone" in out.getvalue()
    assert upload(app, out.getvalue()).status_code == 200
    kept = PrivateFile.objects.get().read()
    assert b"CanaryPhone" not in kept
    assert photo.judge(kept, SPEC).faults == []


def test_the_specification_is_the_days():
    assert (photo.spec_on(date(2021, 5, 1)).width, photo.spec_on(date(2026, 5, 1)).width) == (288, 480)


def test_a_photo_is_its_owners_alone(app, person, client):
    assert app.get("/api/v1/me/photo/").status_code == 404
    upload(app, life.good_photo())
    path = f"/files/{PrivateFile.objects.get().pk}/"
    stranger = life.registered(name="陆大海")
    assert client.get(path).status_code == 404
    client.force_login(stranger.user)
    assert client.get(path).status_code == 404
    client.force_login(person.user)
    seen = client.get(path)
    assert (seen.status_code, seen["Content-Type"], seen["Cache-Control"]) == (200, "image/jpeg", "private, no-store")
    assert seen.content[:2] == b"\xff\xd8"
    shown = app.get("/api/v1/me/photo/", HTTP_ACCEPT="image/jpeg")
    assert (shown.status_code, shown["Content-Type"], shown.content) == (200, "image/jpeg", seen.content)


def test_staff_have_no_record_of_their_own(api, django_user_model):
    api.force_authenticate(django_user_model.objects.create_user("e", name="编辑", is_staff=True))
    for path in ("/api/v1/me/", "/api/v1/me/profile/"):
        assert (api.get(path).status_code, api.get(path).json()["code"]) == (403, "permission_denied")


def test_a_refused_photo_leaves_the_old_one(app):
    upload(app, life.good_photo())
    before = Candidate.objects.get().photo_id
    assert upload(app, _jpeg()).status_code == 400
    assert Candidate.objects.get().photo_id == before


def test_a_city_that_has_given_every_serial_goes_on_under_the_next_office():
    NumberCounter.objects.create(prefix=number_prefix("450100", clock.today()), last=99_998)
    given = [life.enrolled(name=name).candidate_number for name in ("韦小莉", "陆大海")]
    assert given == [number_prefix("450100", clock.today(), office) + s for office, s in ((1, "99999"), (2, "00001"))]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_are_all_different_and_leave_no_gap(reference):
    people = [life.registered() for _ in range(8)]
    for person in people:
        actions.save_profile(life.profile(), by=life.actor(person))
    outcome = threads(8, lambda n: actions.set_photo(life.good_photo(n), by=life.actor(people[n])).candidate_number)
    assert not outcome.errors
    prefix = number_prefix("450100", clock.today())
    assert sorted(outcome.values.values()) == [f"{prefix}{n:05d}" for n in range(1, 9)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_numbers_read_and_written_without_the_row_would_be_given_twice(reference, monkeypatch):
    """The control: the counter as one would write it first."""
    people = [life.registered() for _ in range(8)]
    for person in people:
        actions.save_profile(life.profile(), by=life.actor(person))
    together = Barrier(8)

    def careless(district_code, day):
        prefix = number_prefix(district_code, day)
        last = NumberCounter.objects.filter(prefix=prefix).values_list("last", flat=True).first() or 0
        together.wait(10)
        NumberCounter.objects.update_or_create(prefix=prefix, defaults={"last": last + 1})
        return f"{prefix}{last + 1:05d}"

    monkeypatch.setattr(actions, "_next_number", careless)
    outcome = threads(8, lambda n: actions.set_photo(life.good_photo(n), by=life.actor(people[n])).candidate_number)
    assert len(outcome.values) == 1, "one number for eight: the database refuses seven"
    assert {type(error) for error in outcome.errors.values()} == {IntegrityError}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_uploads_of_one_person_give_one_number(reference):
    person = life.registered()
    actions.save_profile(life.profile(), by=life.actor(person))
    outcome = threads(8, lambda n: actions.set_photo(life.good_photo(n), by=life.actor(person)).candidate_number)
    assert not outcome.errors
    assert len(set(outcome.values.values())) == 1
    assert NumberCounter.objects.get().last == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_record_locked_one_person_would_use_up_many_numbers(reference, monkeypatch):
    person = life.registered()
    actions.save_profile(life.profile(), by=life.actor(person))
    together = Barrier(8)

    def unlocked(actor):
        found = queries.of(actor)
        together.wait(10)
        return found

    monkeypatch.setattr(actions.queries, "for_update", unlocked)
    threads(8, lambda n: actions.set_photo(life.good_photo(n), by=life.actor(person)).candidate_number)
    assert NumberCounter.objects.get().last > 1


def test_a_rolled_back_enrolment_loses_no_number(person, monkeypatch):
    actions.save_profile(life.profile(), by=life.actor(person))

    def fail(*_args, **_kwargs):
        raise ConnectionError

    monkeypatch.setattr(actions, "say", fail)
    with pytest.raises(ConnectionError):
        actions.set_photo(life.good_photo(), by=life.actor(person))
    assert not NumberCounter.objects.exists()
    assert Candidate.objects.get().candidate_number is None


def test_a_retired_code_stays_with_who_has_it_and_nobody_else_gets_it(app, person):
    other = {**PROFILE, "occupation": "student"}
    assert app.patch("/api/v1/me/profile/", other).status_code == 200
    CodeItem.objects.filter(list="occupation", code="student").update(is_retired=True)
    assert app.patch("/api/v1/me/profile/", {**other, "employer": "广西大学"}).status_code == 200
    web = Client()
    web.force_login(person.user)
    choice = '<option value="student" selected'
    assert choice in web.get("/me/profile/").content.decode()
    assert app.patch("/api/v1/me/profile/", PROFILE).status_code == 200
    refused = app.patch("/api/v1/me/profile/", {"occupation": "student"})
    assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [("occupation", "retired")]
    assert Candidate.objects.get(pk=person.pk).occupation == "employee"
    assert 'value="student"' not in web.get("/me/profile/").content.decode()
    listed = {one["code"]: one["is_retired"] for one in app.get("/api/v1/codes/occupation/").json()["results"]}
    assert (listed["student"], listed["employee"]) == (True, False)
