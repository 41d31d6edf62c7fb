"""Whom the journeys are about, and what every journey does: wait for a code, solve a captcha."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from captcha.models import CaptchaStore

from candidate_api.accounts.models import Captcha
from candidate_api.rights.actions import make_exports
from portal.kernel.actor import Actor
from review.applications.tests import scene
from tests import life

PRACTICE = "canary-practice"


@dataclass(frozen=True)
class Person:
    """A made-up candidate; the second mobile is what the first is changed to."""

    name: str
    id_number: str
    mobiles: tuple[str, str]
    email: str
    address: str

    @property
    def numbers(self) -> tuple[str, ...]:
        return (self.id_number, *self.mobiles)

    @property
    def profile(self) -> dict[str, Any]:
        codes = life.profile() | {"district": "450100", "major": "080901"}
        return codes | {"address": self.address, "household_type": "", "household_area": ""}

    @property
    def complaint(self) -> dict[str, Any]:
        words = f"我是{self.name}，身份证号{self.id_number}，手机{self.mobiles[0]}，邮箱{self.email}"
        return {
            "kind": "consult",
            "category": "score",
            "title": "成绩没有公布",
            "content": words,
            "contact": self.mobiles[0],
        }

    @property
    def answers(self) -> dict[str, str]:
        """To the questions of the journeys' own 业务申请."""
        return {"course": "00023", "times": "first", "phone": self.mobiles[1]}


def offered() -> None:
    """A 业务申请 that asks for a telephone number, a paper, a consent, and comes back to be confirmed."""
    scene.made(
        PRACTICE,
        [scene.OFFICE, scene.CONFIRM, scene.PROVINCE],
        consents=json.dumps([scene.block("consent", key="terms", version="1", text="我同意")]),
    )


def solved(captcha_id: Any) -> dict[str, str]:
    key = Captcha.objects.get(pk=captcha_id).picture_key
    return {"captcha_id": str(captcha_id), "captcha_value": CaptchaStore.objects.get(hashkey=key).response}


def later(now: Any, minutes: int = 2) -> None:
    """Codes are sent once a minute."""
    now.shift(timedelta(minutes=minutes))


def exports_are_made() -> None:
    make_exports(by=Actor.system("test"))
    life.deliver()
