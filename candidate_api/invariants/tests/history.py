"""Anything that people, channels and the clock may do, in any order, with the invariants as the oracle.

One `History` is a small province with two gateways. Its steps take numbers and choose by them among what is there, so
that Hypothesis and a seeded die drive the same steps.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any

import time_machine

from candidate_api.candidates.models import Candidate
from candidate_api.invariants.actions import check
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.points import Killed, Points, raise_killed
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem
from tests import life

SYSTEM = Actor.system("test")
SESSION = "2026-10"
COURSES = ("02324", "00023", "04735", "13000")  # one in each slot
DISTRICTS = ("450100", "450200")
CHANNELS = ("wechat", "alipay")
SCENES = ("h5", "native")
LIES = ("http_500", "wrong_signature", "wrong_amount")
OPEN_FOR = timedelta(days=6)  # the window's week, less what the clock may overshoot


class History:
    """Steps are methods of `STEPS`; each changes what it can, and a refusal is no failure."""

    def __init__(self, gateways: dict[str, Twin], people: int = 3) -> None:
        self.gateways = gateways
        life.open_window(SESSION)
        self.people: list[Candidate] = [life.enrolled(name="韦小莉") for _ in range(people)]
        self.began = clock.now()
        self.traveller: Any = None
        self.done: list[str] = []
        self.earlier = self.money_there()  # of histories before this one, rolled back here

    # -- who and what -------------------------------------------------------------------------------------------
    def person(self, n: int) -> Candidate:
        return self.people[n % len(self.people)]

    def order(self, n: int) -> Order | None:
        """Mostly a late one: what is long over is asked for seldom."""
        found = list(Order.objects.order_by("-pk")[:6])
        return found[n % len(found)] if found else None

    def attempt(self, n: int) -> PaymentAttempt | None:
        found = list(PaymentAttempt.objects.select_related("order__payer").order_by("-pk")[:6])
        return found[n % len(found)] if found else None

    def entry(self, n: int) -> Registration | None:
        live = Registration.objects.filter(state__in=["pending", "confirmed"]).order_by("-pk")
        found = list(live.select_related("candidate__user")[:6])
        return found[n % len(found)] if found else None

    def money_there(self) -> tuple[dict[str, int], dict[str, int]]:
        """What the gateways' books have: payments and refunds by our number, in fen."""
        paid: dict[str, int] = {}
        back: dict[str, int] = {}
        for twin in self.gateways.values():
            ledger = twin.gateway.ledger
            paid |= {t.out_trade_no: t.asked["amount"]["total"] for t in ledger.trades() if t.success_time}
            back |= {row["out_refund_no"]: row["amount"] for row in ledger.refunds()}
        return paid, back

    # -- steps --------------------------------------------------------------------------------------------------
    def submit(self, a: int, b: int) -> None:
        wanted = [COURSES[(b + i) % 4] for i in range(1 + b % 2)]
        place = DISTRICTS[a % 2]
        registrations.submit(SESSION, [(course, place) for course in wanted], by=life.actor(self.person(a)))

    def cancel_entry(self, a: int, b: int) -> None:
        if entry := self.entry(a):
            registrations.cancel(entry.pk, by=life.actor(entry.candidate))

    def swap(self, a: int, b: int) -> None:
        if entry := self.entry(a):
            what = {"course": COURSES[b % 4]} if b % 3 else {"district": DISTRICTS[b % 2]}
            registrations.change(entry.pk, by=life.actor(entry.candidate), **what)

    def start(self, a: int, b: int) -> None:
        if order := self.order(a):
            shop.started(order, channel=CHANNELS[b % 2], scene=SCENES[b // 2 % 2])

    def pay(self, a: int, b: int) -> None:
        """At the channel, whatever has become of the order here: also by an address that was kept."""
        if (attempt := self.attempt(a)) and attempt.invoke:
            shop.visit(attempt)  # whose time may be over
            self.gateways[attempt.channel].gateway.act(attempt.out_trade_no, "never")

    def notify(self, a: int, b: int) -> None:
        """Of a payment, once or more, now or long ago."""
        if attempt := self.attempt(a):
            gateway = self.gateways[attempt.channel].gateway
            trade = gateway.ledger.trade(attempt.out_trade_no)
            if trade and trade.success_time:
                for copy in range(1 + b % 2):
                    letter = gateway.letter(trade, f"event-{attempt.out_trade_no}-{b // 2 % 2}-{copy // 2}")
                    shop.receive(letter, attempt.channel)

    def notify_refund(self, a: int, b: int) -> None:
        refunds = list(Refund.objects.select_related("attempt").order_by("-pk")[:4])
        if refunds:
            refund = refunds[a % len(refunds)]
            gateway = self.gateways[refund.attempt.channel].gateway
            if gateway.ledger.refund_row(refund.out_refund_no):
                shop.receive(gateway.refund_letter(refund.out_refund_no, f"r-{refund.pk}-{b}"), refund.attempt.channel)

    def confirm(self, a: int, b: int) -> None:
        if order := self.order(a):
            payments.confirm(order.number, by=shop.actor(order.payer))

    def cancel_order(self, a: int, b: int) -> None:
        if order := self.order(a):
            payments.cancel_order(order.number, by=shop.actor(order.payer))

    def grant_refund(self, a: int, b: int) -> None:
        if order := self.order(a):
            payments.refund_order(order.number, 100 * (1 + b % 9), by=SYSTEM)

    def jobs(self, a: int, b: int) -> None:
        """The schedule has its turn, all of it or a part."""
        for number, job in enumerate(
            (payments.resolve_recorded, payments.query_pending, payments.expire_due, payments.run_refunds)
        ):
            if a % 5 in (number, 4):
                job(by=SYSTEM)

    def wait(self, a: int, b: int) -> None:
        """Time goes by: a little, or past an order's end. Money must not wait for an hour, so the jobs run."""
        pause = timedelta(minutes=(2, 16, 31)[a % 3])
        if clock.now() + pause - self.began < OPEN_FOR:
            self.traveller.shift(pause)
        self.jobs(4, 0)

    def lie(self, a: int, b: int) -> None:
        """The next answer of a channel will be wrong."""
        self.gateways[CHANNELS[a % 2]].gateway.lie(LIES[b % 3], on="answer")

    def crash(self, a: int, b: int) -> None:
        """The process dies at one of the places of whatever it does next."""
        verb: Callable[[int, int], None] = (self.start, self.notify, self.confirm, self.cancel_order, self.jobs)[a % 5]
        with Points(1 + b % 12, raise_killed).watched():
            verb(b // 12, b)

    def buy(self, a: int, b: int) -> None:
        """What most people do most of the time."""
        self.submit(a, b)
        self.start(0, b)
        self.pay(0, b)
        if a % 3:
            self.notify(0, 0)

    STEPS = (
        *("buy", "buy", "submit", "start", "pay", "pay", "notify", "notify", "notify_refund", "confirm"),
        *("cancel_order", "cancel_entry", "swap", "swap", "grant_refund", "jobs", "wait", "lie", "crash", "crash"),
    )

    def step(self, name: str, a: int, b: int) -> None:
        self.done.append(f"{name}({a}, {b})")
        with suppress(Problem, Killed):
            getattr(self, name)(a, b)

    # -- the oracle ---------------------------------------------------------------------------------------------
    def holds(self) -> None:
        assert [str(finding) for finding in check()] == []

    def settles(self) -> None:
        """Left alone, everything comes to rest, and the gateways' books agree with ours to the fen."""
        for twin in self.gateways.values():
            for name in LIES:
                twin.gateway.lie(name, 0, on="answer")
        self.traveller.shift(timedelta(minutes=31))
        for _round in range(4):
            self.traveller.shift(timedelta(minutes=16))
            PaymentAttempt.objects.filter(state__in=["created", "open"]).update(query_at=clock.now())
            self.jobs(4, 0)
            # An attempt that was closed here and paid there all the same: its notice is repeated until it is taken.
            for attempt in PaymentAttempt.objects.exclude(state="succeeded"):
                gateway = self.gateways[attempt.channel].gateway
                trade = gateway.ledger.trade(attempt.out_trade_no)
                if trade and trade.success_time:
                    shop.receive(gateway.letter(trade, f"last-{attempt.out_trade_no}"), attempt.channel)
        self.holds()
        there, back = (
            {number: fen for number, fen in now.items() if number not in before}
            for now, before in zip(self.money_there(), self.earlier, strict=True)
        )
        recorded = PaymentAttempt.objects.filter(state="succeeded", resolved_at__isnull=False)
        assert dict(recorded.values_list("out_trade_no", "amount_fen")) == there
        refunds = Refund.objects.filter(state="succeeded")
        assert dict(refunds.values_list("out_refund_no", "amount_fen")) == back
        assert not Refund.objects.exclude(state="succeeded").exists()
        assert not Order.objects.filter(state="pending").exists()


@contextmanager
def living(history: History) -> Iterator[History]:
    """The clock is the history's own."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        history.traveller = traveller
        yield history


def by_seed(history: History, seed: int, steps: int, look_every: int = 1) -> None:
    """A long history by a seeded die."""
    die = Random(seed)
    with living(history):
        for number in range(steps):
            history.step(die.choice(History.STEPS), die.randrange(64), die.randrange(64))
            if number % look_every == 0:
                history.holds()
        history.settles()
