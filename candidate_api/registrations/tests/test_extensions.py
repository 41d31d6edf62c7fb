"""After the close: nobody writes, but for whom it was extended; and the invariants know whose time it was."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from candidate_api.invariants.actions import check
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order
from candidate_api.registrations.fulfilment import RegistrationFulfilment
from candidate_api.registrations.models import Registration
from cms.seed.tiles import seed_tiles
from cms.windows.actions import end_extension, extend
from cms.windows.models import BusinessWindow, WindowExtension
from portal.kernel import clock
from portal.kernel.actor import Actor
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SESSION, NANNING, LIUZHOU = "2026-10", "450100", "450200"
SLOT_1, SLOT_2 = "02324", "00023"
DESK = Actor(user_id=1, name="周工作", channel="admin")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def window():
    return life.open_window(SESSION)


@pytest.fixture
def person(window):
    return life.enrolled()


def submit(api, person, course=SLOT_1):
    api.force_authenticate(person.user)
    body = {"session": SESSION, "entries": [{"course": course, "district": NANNING}]}
    return api.post("/api/v1/me/registrations/", body)


def granted(window: BusinessWindow, person, **later: int) -> WindowExtension:
    return extend(window.pk, person.user, window.closes_at + timedelta(**later), by=DESK, reason="住院，已核验证明")


def test_only_whom_it_was_extended_for_registers_after_the_close(api, person, window):
    other = life.enrolled(name="陆大海")
    granted(window, person, days=2)
    with time_machine.travel(window.closes_at + MINUTE, tick=False):
        refused = submit(api, other)
        assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")
        taken = submit(api, person)
        assert taken.status_code == 201
        row = taken.json()["registrations"][0]
        assert row["allowed_actions"] == ["cancel", "change"]
        listed = api.get("/api/v1/me/registrations/").json()["results"]
        assert listed[0]["allowed_actions"] == ["cancel", "change"]
        changed = api.patch(f"/api/v1/me/registrations/{row['id']}/", {"district": LIUZHOU})
        assert (changed.status_code, changed.json()["district"]) == (200, LIUZHOU)
        options = api.get(f"/api/v1/me/registration-options/?session={SESSION}").json()
        assert (options["blocked"], options["reason"]) == (None, "")
    assert Registration.objects.values_list("candidate", flat=True).get() == person.pk
    with time_machine.travel(window.closes_at + timedelta(days=2), tick=False):
        over = submit(api, person, SLOT_2).json()
        assert (over["code"], over["closes_at"]) == (
            "window_closed",
            clock.local(window.closes_at + timedelta(days=2)).isoformat(),
        )


def test_an_order_never_outlives_the_extension(api, person, window):
    until = granted(window, person, minutes=10).until
    with time_machine.travel(window.closes_at + MINUTE, tick=False):
        assert submit(api, person).status_code == 201
    assert Order.objects.get().expires_at == until


def test_late_money_still_helps_within_the_extension(api, person, window):
    assert submit(api, person).status_code == 201
    with time_machine.travel(window.closes_at + MINUTE, tick=False):
        payments.expire_due(by=Actor.system("test"))
        order = Order.objects.get()
        fulfilment = RegistrationFulfilment()
        assert (order.state, fulfilment.may_fulfil_late(order)) == ("expired", False)
        extension = granted(window, person, days=1)
        assert fulfilment.may_fulfil_late(order)
        end_extension(extension.pk, by=DESK, reason="误批，撤回")
        assert not fulfilment.may_fulfil_late(order)


def _late() -> list[str]:
    return [finding.code for finding in check()]


def test_the_invariants_know_whose_time_it_was(api, person, window):
    extension = granted(window, person, days=2)
    with time_machine.travel(window.closes_at + MINUTE, tick=False):
        assert submit(api, person).status_code == 201
    assert _late() == []
    with time_machine.travel(window.closes_at + 2 * MINUTE, tick=False):
        end_extension(extension.pk, by=DESK, reason="已办理完毕")
    assert _late() == [], "what was written before the end stays right"
    kept = WindowExtension.objects.filter(pk=extension.pk)
    other = life.enrolled(name="陆大海")
    for wrong in (
        {"until": window.closes_at},
        {"granted_at": window.closes_at + 2 * MINUTE, "changed_at": window.closes_at + 2 * MINUTE},
        {"user": other.user},
    ):
        before = kept.values("until", "granted_at", "changed_at", "user_id").get()
        kept.update(**wrong)
        assert _late() == ["I9"], wrong
        kept.update(**before)
    assert _late() == []


def test_the_candidate_sees_their_own_deadline(person, window):
    seed_tiles()
    web, visitor = Client(), Client()
    granted(window, person, days=2)
    with time_machine.travel(window.closes_at + MINUTE, tick=False):
        web.force_login(person.user)
        choose = web.get("/business/registration/").content.decode()
        assert "（已为您个别延期）" in choose
        assert "进行中 剩1天" in web.get("/business/").content.decode()
        assert "进行中" not in visitor.get("/business/").content.decode()


def test_the_home_of_the_app_follows_the_extension(api, person, window):
    seed_tiles()

    def told():
        answer = api.get("/api/v1/home/")
        tiles = {tile["slug"]: tile for tile in answer.json()["tiles"]}
        return tiles["course-registration"]["is_open"], answer["ETag"]

    api.force_authenticate(person.user)
    with time_machine.travel(window.closes_at + MINUTE, tick=False):
        closed, first = told()
        granted(window, person, days=1)
        is_open, second = told()
    with time_machine.travel(window.closes_at + timedelta(days=1), tick=False):
        again, third = told()
    assert (closed, is_open, again) == (False, True, False)
    assert len({first, second, third}) == 3
