"""How people come to be in tests: through the same verbs as everybody else."""

import re
from datetime import timedelta
from itertools import count
from uuid import UUID

from captcha.models import CaptchaStore
from django.core import mail

from candidate_api.accounts import actions as accounts
from candidate_api.accounts import captcha, notice
from candidate_api.accounts.models import Captcha
from candidate_api.accounts.rules import Purpose
from candidate_api.candidates import actions as candidates
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.photo import spec_on
from candidate_api.catalogue.models import District, Major
from cms.windows.actions import create_window
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business
from portal.demo.models import Delivered
from portal.demo.portraits import portrait
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.messages import actions as messages

PASSWORD = "qiu-shi-1911"
VISITOR = Actor(user_id=None, name="", channel="api")
_serial = count(1)


def id_number(serial: int, born: str = "19950612", area: str = "450103") -> str:
    """A resident ID number with a right check digit."""
    body = f"{area}{born}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]


def solved_captcha() -> tuple[UUID, str]:
    """A challenge and what its picture says."""
    challenge = captcha.issue(by=VISITOR)
    key = Captcha.objects.get(pk=challenge.captcha_id).picture_key
    return challenge.captcha_id, CaptchaStore.objects.get(hashkey=key).response


def deliver() -> None:
    """What the worker does all the time."""
    accounts.send_resets()
    for message_id in messages.due_ids():
        messages.deliver(message_id)


def code_sent_to(address: str) -> str:
    """The newest six digits that the address was sent; what else it was told may come later, codes go first."""
    deliver()
    texts = [sent.body for sent in getattr(mail, "outbox", ()) if address in sent.to]
    texts = texts or list(Delivered.objects.filter(to=address).order_by("pk").values_list("text", flat=True))
    return [found[1] for text in texts if (found := re.search(r"：(\d{6})", text))][-1]


def registered(*, name: str = "韦小莉", mobile: str = "", number: str = "", id_type: str = "resident_id") -> Candidate:
    """Somebody who has read the notice and registered."""
    serial = next(_serial)
    mobile = mobile or f"138{serial:08d}"
    accounts.send_sms_code(mobile, Purpose.REGISTER, *solved_captcha(), by=VISITOR)
    captcha_id, captcha_value = solved_captcha()
    return accounts.register(
        notice_version=notice.CURRENT,
        name=name,
        id_type=id_type,
        id_number=number or id_number(serial),
        mobile=mobile,
        sms_code=code_sent_to(mobile),
        captcha_id=captcha_id,
        captcha_value=captcha_value,
        password=PASSWORD,
        by=VISITOR,
    )


def actor(candidate: Candidate, channel: str = "api") -> Actor:
    """Somebody who has just signed in."""
    return Actor.of(candidate.user, channel, proved_at=clock.now())


def profile(major: str = "080901", district: str = "450100") -> dict[str, object]:
    """What a complete profile holds beyond the ID number."""
    return {
        "ethnicity": "08",
        "political_status": "13",
        "education": "associate",
        "occupation": "employee",
        "address_area": "450103",
        "address": "民族大道1号",
        "district": District.objects.get(code=district),
        "major": Major.objects.get(code=major),
    }


def good_photo(seed: int = 1) -> bytes:
    return portrait(seed, spec_on(clock.today()))


def enrolled(*, major: str = "080901", district: str = "450100", **who: str) -> Candidate:
    """Somebody with a 准考证号. Needs the catalogue (`reference` fixture)."""
    candidate = registered(**who)
    candidates.save_profile(profile(major, district), by=actor(candidate))
    return candidates.set_photo(good_photo(candidate.pk), by=actor(candidate))


def confirm_contact(candidate: Candidate, session: str = "2026-10") -> Candidate:
    """Mobile and address are right, for a session whose registration is open."""
    return candidates.confirm_contact(session, by=actor(candidate))


def open_window(session: str = "2026-10", business: str = Business.COURSE_REGISTRATION) -> BusinessWindow:
    """The business is open from an hour ago for a week."""
    now = clock.now()
    return create_window(
        business=business,
        phase="apply",
        session=session,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=7),
        by=Actor.system("test"),
    )
