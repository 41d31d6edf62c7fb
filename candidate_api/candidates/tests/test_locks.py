"""What may be changed when: all before the first passed course; contact is confirmed each session."""

from datetime import timedelta

import pytest

from candidate_api.accounts.tests.test_devices import token_of
from candidate_api.candidates import actions, rules
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.files.models import PrivateFile
from portal.kernel.messages.models import Message
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
PROFILE = "/api/v1/me/profile/"
CONTACT = "/api/v1/me/contact-confirmation/"
SESSION = {"session": "2026-10"}


@pytest.fixture
def person():
    return life.enrolled(number=life.id_number(301, born="19940612"))


@pytest.fixture
def app(api, person):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(person)}")
    return api


def passed(person, *, score=60, released=timedelta(hours=-1)):
    """A score as an import of the office leaves it."""
    session = ExamSession.objects.get(code="2026-10")
    session.scores_at = clock.now() + released
    session.save(update_fields=["scores_at"])
    status = "passed" if score >= 60 else "failed"
    course = Course.objects.get(code="02324")
    Score.objects.create(
        candidate=person, session=session, course=course, score=score, status=status, recorded_at=clock.now()
    )


def test_before_the_first_passed_course_name_and_document_can_be_put_right(app, person):
    number = life.id_number(302, born="19960703")
    answer = app.patch(PROFILE, {"name": " 韦晓莉 ", "id_number": number}).json()
    assert (answer["name"], answer["birth_date"], answer["gender"]) == ("韦晓莉", "1996-07-03", "female")
    assert answer["id_number"] == number[:4] + "*" * 10 + number[-4:]
    kept = Candidate.objects.get()
    assert (kept.id_number, kept.document_changed_at is not None) == (number, True)
    entry = AuditEntry.objects.filter(verb="candidates.save_profile").latest("pk")
    assert set(entry.data["fields"]) == {"name", "id_number", "birth_date", "gender"}
    assert entry.data["before"]["name"] == "韦小莉"


def test_a_document_of_somebody_else_is_refused_and_nothing_changes(app, person):
    other = life.registered()
    before = Candidate.objects.filter(pk=person.pk).values().get()
    answer = app.patch(PROFILE, {"id_number": other.id_number, "name": "覃某"})
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("id_number", "already_registered")]
    assert Candidate.objects.filter(pk=person.pk).values().get() == before
    person.user.refresh_from_db()
    assert person.user.name == "韦小莉"


def test_trying_documents_is_limited_and_their_owners_hear_of_it(app, person):
    """By changing one's record as little can be found out as by registering."""
    others = [life.registered() for _ in range(4)]
    answers = [app.patch(PROFILE, {"id_number": other.id_number}) for other in others]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert answers[3].json()["code"] == "throttled"
    told = Message.objects.filter(template="document_tried", channel="in_app").values_list("recipient_id", flat=True)
    assert sorted(told) == sorted(other.user_id for other in others[:3])
    assert Candidate.objects.get(pk=person.pk).id_number == person.id_number
    assert app.patch(PROFILE, {"employer": "邕江软件"}).status_code == 200, "the rest of the record is not shut"


@pytest.mark.parametrize(
    ("field", "value"),
    [("former_name", "😀😀"), ("address", "\u200b"), ("name", "Z" + "\u0351" * 6 + "A"), ("name", "A")],
)
def test_what_is_no_name_and_no_address_is_refused(app, person, field, value):
    answer = app.patch(PROFILE, {field: value})
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (400, [field])


def test_what_the_new_number_says_cannot_be_contradicted(app):
    answer = app.patch(PROFILE, {"id_number": life.id_number(303), "birth_date": "1990-01-01"})
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("birth_date", "locked")]


def test_after_the_first_passed_course_the_diplomas_lines_are_locked(app, person):
    passed(person)
    assert app.get(PROFILE).json()["locked"] == [
        "birth_date",
        "category",
        "gender",
        "id_number",
        "id_type",
        "name",
        "photo",
    ]
    before = Candidate.objects.values().get()
    for change in ({"name": "别人"}, {"id_number": life.id_number(304)}, {"id_type": "passport"}):
        answer = app.patch(PROFILE, change | {"address": "别处1号"})
        first = answer.json()["errors"][0]
        assert (first["field"], first["code"]) == (next(iter(change)), "locked")
        assert "考生信息变更" in answer.json()["detail"]
    files = PrivateFile.objects.count()
    photo = {"photo": _file(life.good_photo(9))}
    answer = app.put("/api/v1/me/photo/", photo, format="multipart")
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("photo", "locked")]
    assert Candidate.objects.values().get() == before
    assert PrivateFile.objects.count() == files
    # everything else stays editable, and what is sent unchanged is no change
    answer = app.patch(PROFILE, {"address": "新民路4号", "name": "韦小莉", "ethnicity": "01"})
    assert (answer.status_code, answer.json()["address"]) == (200, "新民路4号")


def test_sex_and_birthday_are_locked_too_where_no_number_says_it(api):
    person = life.enrolled()
    values = {"id_type": "passport", "id_number": "E12345678", "gender": "female"}
    actions.save_profile(values, by=life.actor(person))
    passed(person)
    api.force_authenticate(person.user)
    before = Candidate.objects.values().get()
    for change in ({"gender": "male"}, {"birth_date": "1994-02-03"}):
        assert api.patch(PROFILE, change).json()["errors"][0]["code"] == "locked"
    assert Candidate.objects.values().get() == before


@pytest.mark.parametrize("facts", [{"score": 59}, {"released": timedelta(hours=1)}])
def test_a_failed_or_unreleased_course_locks_nothing(app, person, facts):
    passed(person, **facts)
    assert app.get(PROFILE).json()["locked"] == []
    assert app.patch(PROFILE, {"name": "韦晓莉"}).status_code == 200


def test_home_is_a_county_of_ours_or_another_province(app):
    for code in ("450103", "440000", ""):
        assert app.patch(PROFILE, {"household_area": code}).json()["household_area"] == code


# -- contact, each session -----------------------------------------------------------------------------------------
def submit(app):
    return app.post("/api/v1/me/registrations/", SESSION | {"entries": [{"course": "02324", "district": "450100"}]})


def test_nobody_registers_before_mobile_and_address_are_confirmed_for_the_session(app, person):
    assert app.post(CONTACT, SESSION).json()["code"] == "window_closed"
    life.open_window()
    refused = submit(app)
    assert (refused.status_code, refused.json()["code"]) == (409, "contact_unconfirmed")
    assert person.registrations.count() == 0
    for _ in range(2):
        assert app.post(CONTACT, SESSION).json()["contact_confirmed_for"] == "2026-10"
    assert AuditEntry.objects.filter(verb="candidates.confirm_contact").count() == 1
    assert submit(app).status_code == 201


def test_the_next_session_asks_again(app, person):
    life.open_window()
    app.post(CONTACT, SESSION)
    life.open_window("2027-04")
    assert app.get(PROFILE).json()["contact_confirmed_for"] == "2026-10"
    entries = [{"course": "02324", "district": "450100"}]
    refused = app.post("/api/v1/me/registrations/", {"session": "2027-04", "entries": entries})
    assert refused.json()["code"] == "contact_unconfirmed"


def test_a_new_address_is_a_confirmation(app):
    life.open_window()
    assert app.patch(PROFILE, {"ethnicity": "01"}).json()["contact_confirmed_for"] == ""
    assert app.patch(PROFILE, {"address": "新民路4号"}).json()["contact_confirmed_for"] == "2026-10"


def test_a_new_address_outside_registration_is_none(app):
    assert app.patch(PROFILE, {"address": "新民路4号"}).json()["contact_confirmed_for"] == ""


def test_without_an_address_there_is_nothing_to_confirm(api):
    person = life.registered()
    api.force_authenticate(person.user)
    life.open_window()
    assert api.post(CONTACT, SESSION).json()["code"] == "onboarding_incomplete"


def test_the_sentence_names_where_to_go():
    assert "考生信息变更" in str(rules.LOCKED)


def _file(content):
    from io import BytesIO  # noqa: PLC0415

    file = BytesIO(content)
    file.name = "照片.jpg"
    return file
