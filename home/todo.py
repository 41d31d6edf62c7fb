"""What waits for the candidate: the way to the 准考证号, an order to pay, an application to go on with."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from candidate_api.candidates.queries import of, onboarding
from candidate_api.payments import queries as orders
from portal.kernel.actor import Actor
from portal.kernel.money import yuan
from review.applications import queries as applications

MOST = 5


@dataclass(frozen=True)
class Todo:
    """One card. `until` is when it is too late, `act` the word on its button."""

    icon: str
    title: str
    text: str
    href: str
    act: str
    until: datetime | None = None


def waiting_for(actor: Actor) -> list[Todo]:
    """What the candidate has to do, what ends first first; at most `MOST`."""
    found = [*_orders(actor), *_applications(actor)]
    found.sort(key=lambda todo: (todo.until is None, todo.until))
    return [*_onboarding(actor), *found][:MOST]


def _onboarding(actor: Actor) -> list[Todo]:
    candidate = of(actor)
    if candidate.candidate_number:
        return []
    steps = onboarding(candidate)
    done = sum(step.done for step in steps)
    text = _("已完成 %(done)s 项，共 %(all)s 项。有了准考证号才能报考。") % {"done": done, "all": len(steps)}
    return [Todo("user", _("获取准考证号"), text, reverse("home:me"), _("继续"))]


def _orders(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "list",
            _("待缴费：%(title)s") % {"title": order.title},
            f"¥{yuan(order.amount_fen)}",
            reverse("home:order", args=[order.number]),
            _("去支付"),
            order.expires_at,
        )
        for order in orders.to_pay(actor)
    ]


def _applications(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "doc",
            application.type.title,
            application.state_label,
            reverse("home:application", args=[application.number]),
            _("去处理"),
            application.due_at,
        )
        for application in applications.waiting_for_applicant(actor)
    ]
