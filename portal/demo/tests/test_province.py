"""The made-up province is as whole as one that the verbs made: constraints, invariants, audit chain, keys."""

import io
import re
from datetime import timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models import Count, F, Max

from candidate_api.candidates.actions import confirm_contact
from candidate_api.candidates.models import Candidate, NumberCounter
from candidate_api.candidates.queries import missing
from candidate_api.candidates.rules import id_number_error, mobile_error, name_error
from candidate_api.invariants.actions import check, look
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.reconciliation.models import Statement, StatementLine
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE
from candidate_api.results.models import Score
from candidate_api.sessions.actions import open_seats
from candidate_api.sessions.models import ExamSession, SeatPool
from portal.demo.province import make, store, terms
from portal.demo.province.names import name
from portal.demo.province.terms import Place, SeatsGoneError
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import verify
from portal.kernel.audit.models import AuditEntry
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.files.models import PrivateFile
from portal.kernel.files.queries import visible
from portal.kernel.users.models import User
from tests.tampering import append_only_lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
KINDS = (User, PrivateFile, Candidate, Order, PaymentAttempt, PaymentEvent, Refund, Registration, Score, AuditEntry)


def seed(number: int, seed: int = 1) -> str:
    out = io.StringIO()
    call_command("seed_demo", candidates=number, seed=seed, stdout=out)
    return out.getvalue()


def healthy() -> None:
    assert [str(finding) for finding in check()] == []
    assert list(verify()) == []
    connection.check_constraints()


def test_two_hundred_with_everything_that_happens_to_people() -> None:
    said = seed(200)
    assert re.search(r"新增考生 200 名，全程 \d+\.\d 秒，每秒 \d+ 名", said)
    assert re.search(r"其中：准备 .*，考生、经历和审计链 .*，账单 .*，其余审计链 \d+\.\d 秒", said)
    assert {model.__name__: model.objects.exists() for model in KINDS} == {model.__name__: True for model in KINDS}
    assert Candidate.objects.count() == 200
    assert set(Candidate.objects.values_list("state", flat=True)) == {"onboarding", "enrolled"}
    assert set(Order.objects.values_list("state", flat=True)) == {"paid", "cancelled", "expired", "pending"}
    assert set(Registration.objects.values_list("session__code", flat=True)) == {"2026-10", "2027-04"}
    assert set(Score.objects.values_list("session__code", flat=True)) == {"2026-10"}
    sat = Score.objects.exclude(status="absent")
    assert all(checked.rows > 0 for checked in look())
    assert 0.4 < sat.filter(status="passed").count() / sat.count() < 0.75
    healthy()


def test_each_of_them_is_somebody_that_the_house_would_have_taken() -> None:
    seed(200)
    people = list(Candidate.objects.select_related("user", "photo", "district", "major"))
    for person in people:
        assert id_number_error(person.id_type, person.id_number, clock.today()) is None
        assert mobile_error(person.user.mobile) is None
        assert name_error(person.user.name) is None
        assert not person.user.has_usable_password()
        if person.state == "enrolled":
            assert missing(person) == []
            assert str(person.candidate_number).startswith(person.district.code[2:4])
            assert visible(person.photo_id, to=Actor.of(person.user, "web")).content.size == person.photo.size
    one = people[0]
    assert Candidate.objects.get(blind_lookup(Candidate, "id_number_index", one.id_number)) == one
    assert User.objects.get(blind_lookup(User, "mobile_index", one.user.mobile)) == one.user
    enrolled = [person for person in people if person.photo]
    assert 1 == len({person.photo.content.name for person in enrolled}) < len({person.photo_id for person in enrolled})


def test_the_next_number_is_the_next_one() -> None:
    seed(200)
    for counter in NumberCounter.objects.all():
        given = Candidate.objects.filter(candidate_number__startswith=counter.prefix)
        assert given.aggregate(Max("candidate_number")) == {
            "candidate_number__max": f"{counter.prefix}{counter.last:05d}"
        }
        assert given.count() == counter.last


def test_run_again_it_goes_on_and_the_house_goes_on_after_it() -> None:
    seed(60)
    seed(60)
    seed(60, seed=2)
    assert Candidate.objects.count() == 180
    twice = Candidate.objects.values("id_number_index").annotate(times=Count("pk")).filter(times__gt=1)
    assert list(twice) == []
    person = Candidate.objects.filter(state="enrolled", registrations=None)[0]
    confirm_contact("2027-04", by=Actor.of(person.user, "web"))
    order = registrations.submit("2027-04", [("13000", "450100")], by=Actor.of(person.user, "web")).order
    assert order.state == "pending"
    healthy()


def test_keys_are_reserved_as_often_as_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEYS_AT_ONCE", 7)
    monkeypatch.setattr(make, "BATCH", 25)
    seed(60)
    assert Candidate.objects.count() == 60
    healthy()


def test_the_same_seed_makes_the_same_people() -> None:
    seed(30, seed=5)
    first = [(c.id_number, c.user.name, c.user.mobile) for c in Candidate.objects.select_related("user").order_by("pk")]
    entries = Registration.objects.count()
    for model in (StatementLine, Statement, Score, Registration, Refund):
        model.objects.all().delete()
    with append_only_lifted(PaymentEvent):
        PaymentEvent.objects.all()._raw_delete(using="default")
    Order.objects.update(state="expired", settled_by=None, paid_at=None)
    for model in (PaymentAttempt, Order, Candidate, PrivateFile, NumberCounter):
        model.objects.all().delete()
    User.objects.filter(is_candidate=True).delete()
    seed(30, seed=5)
    again = [(c.id_number, c.user.name, c.user.mobile) for c in Candidate.objects.select_related("user").order_by("pk")]
    assert again == first
    assert abs(Registration.objects.count() - entries) <= 4  # the clock has gone on


def test_seats_are_taken_and_never_beyond_what_there_is() -> None:
    session = ExamSession.objects.get(code="2027-04")
    open_seats(session.pk, by=Actor.system("test"))
    SeatPool.objects.filter(district__code="450100").update(capacity=3)
    seed(200)
    assert not SeatPool.objects.filter(taken__gt=F("capacity")).exists()
    assert SeatPool.objects.filter(district__code="450100", taken=3).exists()
    assert (
        sum(SeatPool.objects.filter(session=session).values_list("taken", flat=True))
        == Registration.objects.filter(session=session, state__in=LIVE).count()
    )
    healthy()


def test_histories_are_in_order_and_none_is_of_tomorrow() -> None:
    seed(200)
    now = clock.now() + timedelta(minutes=1)
    assert not AuditEntry.objects.filter(at__gt=now).exists()
    assert not Order.objects.filter(created_at__lt=F("payer__candidate__enrolled_at")).exists()
    assert not Order.objects.filter(paid_at__lt=F("created_at")).exists()
    assert not PaymentAttempt.objects.filter(resolved_at__gt=now).exists()
    assert not Score.objects.filter(recorded_at__gt=F("session__scores_at")).exists()


@pytest.mark.parametrize("value", ["a\tb", "a\nb", "a\rb", "a\\b", "\\N", "N", "", "甲"])
def test_values_arrive_as_they_are(value: str) -> None:
    user = User.objects.create_user("a", name="甲")
    rows = store.Store(AuditEntry, User)
    rows.row(User, username="b", password="!", name=value, created_at=clock.now())
    rows.note("users.rename", user, by=Actor.system("test"), at=clock.now(), note=value, fact=value, none=None)
    rows.write(User, AuditEntry)
    rows.seal()
    assert User.objects.get(username="b").name == value
    made = AuditEntry.objects.get(verb="users.rename")
    assert (made.actor_id, made.note, made.data) == (None, value, {"fact": value, "none": None})
    assert list(verify()) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)  # other connections write
def test_thousands_by_copy_in_two_batches() -> None:
    seed(2500)
    assert Candidate.objects.count() == 2500
    assert set(Refund.objects.values_list("reason", flat=True)) == {"late", "duplicate"}
    assert set(PaymentEvent.objects.values_list("kind", flat=True)) == {"prepare", "notify", "query", "close", "refund"}
    healthy()


def test_where_others_were_quicker_a_batch_is_thought_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    quicker = [SeatsGoneError(), IntegrityError()]

    def keep(taken: dict[Place, int]) -> None:
        if quicker:
            raise quicker.pop()
        terms.keep(taken)

    monkeypatch.setattr(make, "keep", keep)
    seed(60)
    assert (quicker, Candidate.objects.count()) == ([], 60)
    healthy()


def test_what_stays_in_the_way_is_said_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(_taken: dict[Place, int]) -> None:
        raise SeatsGoneError

    monkeypatch.setattr(make, "keep", keep)
    with pytest.raises(SeatsGoneError):
        seed(60)
    assert (Candidate.objects.count(), AuditEntry.objects.filter(verb="candidates.create").count()) == (0, 0)


@pytest.mark.parametrize("arguments", [{"candidates": 0}, {"candidates": 5, "seed": -1}])
def test_nonsense_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(CommandError):
        call_command("seed_demo", **arguments)
    assert Candidate.objects.count() == 0


def test_names_are_names_and_some_are_rare() -> None:
    random = Random(3)
    drawn = [
        name(random, code, female=female) for code in ("01", "08", "13") for female in (True, False) for _ in range(900)
    ]
    assert [one for one in drawn if name_error(one)] == []
    assert any(ord(character) > 0xFFFF for one in drawn for character in one), "beyond the basic plane"
    assert sum(one.startswith("韦") for one in drawn) > 200
