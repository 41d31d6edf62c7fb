"""A province in small, made by the verbs alone: paid, expired, cancelled, late, twice paid, given back, seated."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.tests.factories import arrange
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.payments import actions as payments
from candidate_api.payments.actions import events
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.providers.contract import Verified
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.conftest import alipay, box, twin
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from candidate_api.sessions.actions import open_seats
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from tests import life

SYSTEM = Actor.system("test")
SESSION, NANNING, LIUZHOU = "2026-10", "450100", "450200"
SLOT_1, SLOT_2, SLOT_3, SLOT_4 = "02324", "00023", "04735", "13000"


@dataclass
class Province:
    """Two people and what they did; `order` was paid by the first for two courses."""

    first: Candidate
    second: Candidate
    order: Order
    waiting: Order

    @property
    def confirmed(self) -> "Any":
        return Registration.objects.filter(order=self.order).order_by("pk")

    @property
    def attempt(self) -> PaymentAttempt:
        return PaymentAttempt.objects.get(out_trade_no=f"{self.order.number}-01")

    def a_seat(self) -> "Any":
        return Seat.objects.filter(registration=self.confirmed[0])

    def waiting_becomes(self, **values: Any) -> None:
        Order.objects.filter(pk=self.waiting.pk).update(**values)

    def forget_enrolment(self) -> None:
        """As if the state had been written past the verb: somebody who is still without a number gets one."""
        Candidate.objects.filter(state="onboarding").update(state="enrolled", candidate_number="010126299999")

    def score_of_another_course(self) -> None:
        course = Course.objects.exclude(offerings__session__code=SESSION)[0]
        Score.objects.update(course=course)

    def live_attempt(self, number: int) -> None:
        now = clock.now()
        PaymentAttempt.objects.create(
            order=self.waiting,
            channel="wechat",
            scene="h5",
            out_trade_no=f"{self.waiting.number}-{number:02d}",
            amount_fen=self.waiting.amount_fen,
            client_ip="127.0.0.1",
            expires_at=now,
            query_at=now,
            created_at=now,
        )


def submit(person: Candidate, *courses: str, district: str = NANNING) -> Order:
    entries = [(course, district) for course in courses]
    return registrations.submit(SESSION, entries, by=life.actor(person)).order


def pay(gateway: Twin, order: Order) -> Order:
    shop.paid_at_gateway(gateway, shop.started(order))
    return payments.confirm(order.number, by=shop.actor(order.payer))


@pytest.fixture
def province(reference: None, twin: Twin) -> Province:
    session = ExamSession.objects.get(code=SESSION)
    open_seats(session.pk, by=SYSTEM)
    life.open_window(SESSION)
    first, second = life.enrolled(name="韦小莉"), life.enrolled(name="陆大海", district=LIUZHOU)
    life.registered(name="农晓")
    order = pay(twin, submit(first, SLOT_1, SLOT_2))
    _one_that_expires_with_its_payment_open(second)
    _one_that_is_paid_too_late(twin, second)
    _one_that_is_cancelled(second)
    granted = pay(twin, submit(second, SLOT_4, district=LIUZHOU))
    payments.refund_order(granted.number, 1000, by=SYSTEM)
    for _round in range(2):
        Refund.objects.filter(reason="granted").update(due_at=clock.now())
        payments.run_refunds(by=SYSTEM)
    arrange(SESSION)
    entry = Registration.objects.filter(order=order).order_by("pk")[0]
    Score.objects.create(
        candidate=first, session=session, course=entry.course, score=71, status="passed", recorded_at=clock.now()
    )
    waiting = submit(second, SLOT_1, SLOT_2)
    return Province(first, second, order, waiting)


def _one_that_expires_with_its_payment_open(person: Candidate) -> None:
    order = submit(person, SLOT_3)
    shop.started(order)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert payments.expire_due(by=SYSTEM) == 1


def _one_that_is_paid_too_late(gateway: Twin, person: Candidate) -> None:
    """While the window is open the entry comes back; with its place taken by then, the money goes back."""
    order = submit(person, SLOT_3)
    attempt = shop.started(order)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert payments.expire_due(by=SYSTEM) == 1
        submit(person, SLOT_3, district=LIUZHOU)
        settle_late(gateway, attempt)


def settle_late(gateway: Twin, attempt: PaymentAttempt) -> None:
    """The channel says paid after it had said closed."""
    paid = Verified(f"42{attempt.pk:026d}", attempt.amount_fen, clock.now())
    events.keep("query", "paid", channel="wechat", attempt=attempt, body="{}")
    payments.settle(attempt.pk, paid, by=SYSTEM)


def _one_that_is_cancelled(person: Candidate) -> None:
    entry = Registration.objects.get(candidate=person, state="pending")
    registrations.cancel(entry.pk, by=life.actor(person))


@contextmanager
def scratch(*rules: tuple[Any, str]) -> Iterator[None]:
    """Whatever is done inside is undone; inside, the database does not hold `rules` (model, constraint's name)."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model, name in rules:
            constraint = next(c for c in model._meta.constraints if c.name == name)
            if connection.vendor == "sqlite" and isinstance(constraint, CheckConstraint):
                cursor.execute("PRAGMA ignore_check_constraints = ON")
                continue
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table has events that wait
            index = isinstance(constraint, UniqueConstraint) and constraint.condition is not None
            table = model._meta.db_table
            cursor.execute(f"DROP INDEX {name}" if index else f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
            transaction.set_rollback(True)


__all__ = ["Province", "alipay", "box", "province", "scratch", "twin"]
