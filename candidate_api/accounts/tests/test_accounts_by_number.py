"""One box takes mobile, 准考证号 and document: another person's document never stands in the way of an account."""

import pytest

from candidate_api.accounts import actions, queries
from candidate_api.accounts.tests.test_attacks import guess, somebody
from candidate_api.accounts.tests.test_reset import start
from candidate_api.candidates.queries import of_document
from candidate_api.candidates.rules import check_digit, id_number_error, mobile_error
from candidate_api.candidates.states import IdType
from portal.kernel import clock
from portal.kernel.errors import Problem
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User
from tests import life

pytestmark = pytest.mark.django_db
VICTIM, STRANGER = "13800001234", "13911112222"


def _document_is(stranger, number, id_type="passport"):
    """The stranger's record as it may stand since before numbers were refused."""
    stranger.id_type, stranger.id_number = id_type, number
    stranger.save(update_fields=["id_type", "id_number", "id_number_index"])


@pytest.mark.parametrize("which", ["mobile", "准考证号"])
def test_a_strangers_passport_does_not_hide_an_account(reference, api, which):
    victim = life.enrolled(mobile=VICTIM)
    number = VICTIM if which == "mobile" else victim.candidate_number
    _document_is(life.registered(mobile=STRANGER), number)
    assert queries.by_account(number) == victim.user
    assert guess(number, life.PASSWORD, by=somebody()) == "in"
    start(api, number, "account")
    assert life.code_sent_to(VICTIM)


@pytest.mark.parametrize("number", [VICTIM, "010126200001"])
@pytest.mark.parametrize("id_type", ["passport", "military"])
def test_what_looks_like_a_mobile_or_a_candidate_number_is_no_document(id_type, number):
    error = id_number_error(id_type, number, clock.today())
    assert error is not None
    assert error.code == "format"


@pytest.mark.parametrize("id_type", ["hmt_residence", "passport", "military"])
def test_a_residents_number_is_no_other_document(id_type):
    assert id_number_error(id_type, life.id_number(1), clock.today()) is not None


def test_eighteen_digits_are_one_document_alone():
    """So that nobody has two accounts of one number by calling it something else."""
    foreign = "911105199506120014"
    foreign = foreign[:17] + check_digit(foreign[:17])
    for number, own in (
        (life.id_number(1), "resident_id"),
        (life.id_number(1, area="810000"), "hmt_residence"),
        (foreign, "foreign_residence"),
    ):
        of = [t for t in IdType.values if id_number_error(t, number, clock.today()) is None]
        assert of == [own]


def test_a_passport_and_a_permit_of_one_number_are_two_people(reference):
    hers = life.registered(mobile=VICTIM, id_type="taiwan_permit", number="87654321")
    his = life.registered(mobile=STRANGER, name="陆大海", id_type="passport", number="87654321")
    assert [of_document(t, "87654321") for t in ("taiwan_permit", "passport")] == [hers, his]
    assert queries.by_account("87654321") == hers.user, "who came first; he has his mobile and 准考证号"


def test_the_owner_of_a_document_hears_of_a_second_registration():
    hers = life.registered(mobile=VICTIM)
    _document_is(hers, "H12345678", "passport")
    people = User.objects.count()
    actions.send_sms_code(STRANGER, "register", *life.solved_captcha(), by=somebody())
    with pytest.raises(Problem, match="already_registered"):
        actions.register(
            notice_version="2026-10", name="陌生人", id_type="passport", id_number="H12345678", mobile=STRANGER,
            sms_code=life.code_sent_to(STRANGER), password=life.PASSWORD, by=somebody(),
        )  # fmt: skip
    assert Message.objects.filter(template="registered_again", recipient=hers.user).exists()
    assert User.objects.count() == people


def test_the_next_card_of_a_permit_is_the_same_person(reference):
    hers = life.registered(mobile=VICTIM, id_type="hk_macao_permit", number="H1234567801")
    assert hers.id_number == "H12345678"
    assert of_document("hk_macao_permit", "H12345678") == hers
    assert [queries.by_account(number) for number in ("h12345678", "H12345678 02")] == [hers.user] * 2


@pytest.mark.parametrize(
    ("id_type", "number"),
    [
        ("resident_id", "٤٥٠١٠٣١٩٩٥٠٦١٢٠٠١X"),
        ("taiwan_permit", "١٢٣٤٥٦٧٨"),
        ("hk_macao_permit", "H१२३४५६७८"),
        ("foreign_residence", "CHN१२३४५६७८९०१२"),
    ],
)
def test_digits_are_those_of_the_keyboard(id_type, number):
    assert id_number_error(id_type, number, clock.today()).code == "format"


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_a_residence_permit_begins_as_its_issuers_say(area):
    body = f"{area}19900101001"
    assert id_number_error("hmt_residence", body + check_digit(body), clock.today()) is None


def test_mobiles_are_digits_of_the_keyboard():
    assert mobile_error("138००००१२३४") is not None
