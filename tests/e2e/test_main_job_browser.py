"""The main job in a browser, from a published notice to a genuine 准考证: with scripts, and in one that runs none."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order
from candidate_api.registrations.models import Registration
from tests import life
from tests.e2e.browse import PHONE, Visitor
from tests.e2e.chapters.newcomer import NAME, NUMBER, Newcomer
from tests.e2e.editors import FILE, Editors, find_the_notice
from tests.e2e.world import World, pictures_of, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

ELSEWHERE = "450200"  # another 考区 than the record's


@pytest.fixture(params=["scripts", "plain"])
def phone(request: pytest.FixtureRequest, world: World, browser: "Page") -> Visitor:
    """The candidate's telephone."""
    if request.param == "plain":
        return replace(request.getfixturevalue("plain"), journey="main-job-plain")
    return Visitor(browser, world.url, "main-job")


def test_from_the_notice_to_the_admission_ticket(world: World, browser: "Page", phone: Visitor) -> None:
    Editors(Visitor(browser, world.url, "main-job-editors")).publish()
    phone.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert phone.page.request.get(find_the_notice(phone)).body() == FILE

    newcomer = Newcomer(phone, world)
    register_and_sign_in(newcomer)
    number = get_number(newcomer)
    choose_and_cancel_one(newcomer)
    pay(newcomer)
    verify(newcomer, print_ticket(newcomer, number), number)


def register_and_sign_in(newcomer: Newcomer) -> None:
    newcomer.reads_the_notice()
    newcomer.screen.look("terms")
    newcomer.accepts_it()
    newcomer.fills_in()
    newcomer.screen.look("filled")
    newcomer.registers()
    newcomer.leaves()
    newcomer.signs_in(NUMBER)
    newcomer.screen.look("signed-in")


def get_number(newcomer: Newcomer) -> str:
    newcomer.fills_in_the_record()
    newcomer.screen.look("record")
    newcomer.saves_the_record()
    newcomer.screen.go("/me/photo/")
    newcomer.chooses_a_photo(life.good_photo(9))
    number = newcomer.gets_a_number()
    newcomer.screen.look("number")
    assert Candidate.objects.get().candidate_number == number
    return number


def choose_and_cancel_one(newcomer: Newcomer) -> None:
    """Three courses in another 考区, two of which are kept."""
    phone = newcomer.screen
    phone.go("/business/registration/")
    phone.sees("每个场次一门")
    newcomer.chooses_courses(3)
    phone.fill(district=ELSEWHERE)
    # What is ticked stays ticked while the other list is looked at.
    phone.press("其他专业课程")
    phone.sees("已选的课程")
    phone.look("chosen")
    newcomer.submits_the_courses()
    phone.look("order")
    assert Order.objects.get().amount_fen == 12000
    newcomer.cancels_the_last_course()
    phone.look("cancelled")
    assert Order.objects.get().amount_fen == 8000


def pay(newcomer: Newcomer) -> None:
    """In WeChat, while the portal's page stays as it was, with 确认支付完成 on it."""
    phone = newcomer.screen
    phone.go(f"/business/orders/{Order.objects.get().number}/")
    newcomer.asks_whether_it_is_paid()
    phone.sees("还没有收到支付结果")
    phone.look("not-paid-yet")
    wechat = Newcomer(replace(phone, page=phone.page.context.new_page()), newcomer.world)
    wechat.screen.page.goto(phone.page.url)
    wechat.pays_by_wechat()
    assert newcomer.world.letter().status == 204
    newcomer.asks_whether_it_is_paid()
    phone.page.get_by_role("heading", name="报考成功").wait_for()
    phone.look("paid")
    rows = Registration.objects.order_by("state").values_list("state", "district__code")
    assert list(rows) == [("cancelled", ELSEWHERE), *[("confirmed", ELSEWHERE)] * 2]
    assert [trade["state"] for trade in newcomer.world.books()["trades"]] == ["SUCCESS"]


def print_ticket(newcomer: Newcomer, number: str) -> bytes:
    """Not before its release, and not without the pledge."""
    phone = newcomer.screen
    phone.go("/business/tickets/")
    phone.sees("起可以打印")
    newcomer.world.release_tickets()
    phone.go("/business/tickets/")
    newcomer.signs_the_pledge()
    phone.look("ticket")
    pdf = newcomer.downloads_the_ticket()

    text = text_of(pdf)
    for row in Registration.objects.select_related("course"):
        assert (row.course.code in text) == (row.state == "confirmed")
    for words in (NAME, number, NUMBER):
        assert words in text
    assert (480, 640) in pictures_of(pdf)
    return pdf


def verify(newcomer: Newcomer, pdf: bytes, number: str) -> None:
    """Anybody types the code under the ticket, and reads whose it is."""
    phone = newcomer.screen
    found = re.search(r"核验码：([0-9A-Z-]{19})", text_of(pdf))
    assert found
    phone.page.context.clear_cookies()
    phone.go("/verify/")
    phone.fill(code=found[1].lower())
    phone.press("核验")
    phone.sees("核验通过")
    phone.sees("覃*明")
    phone.sees(number[-4:])
    phone.look("verified")
