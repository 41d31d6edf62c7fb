"""六、业务办理 （一）课程报考及缴费"""

from candidate_api.applications.tests.stories import free, open_session
from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order, PaymentEvent
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from portal.kernel.messages.models import Message
from tests import life
from tests.e2e.browse import Visitor
from tests.e2e.chapters.applying import Applicant
from tests.e2e.chapters.newcomer import Newcomer
from tests.e2e.world import World

CHOSEN = 3


def test_choosing_courses(world: World, applicant: Applicant) -> None:
    """1. 选择课程和考区"""
    phone = applicant.screen
    newcomer = Newcomer(phone, world)
    applicant.follows_the_tile("课程报考")
    assert phone.page.locator("select[name=district]").input_value() == "450100"
    phone.illustrate("6-1-choose")
    newcomer.chooses_courses(CHOSEN)
    phone.sees("¥120.00")
    phone.press("其他专业课程")  # what is ticked stays ticked while the other list is looked at
    phone.sees("已选的课程")
    phone.illustrate("6-1-others")
    newcomer.submits_the_courses()
    phone.illustrate("6-1-order")
    assert Order.objects.get().amount_fen == 4000 * CHOSEN


def test_cancelling_and_changing(world: World, mine: Visitor, person: Candidate) -> None:
    """2. 取消报考，修改课程或者考区"""
    entries = [(code, "450100") for code in free(person)[:CHOSEN]]
    registrations.submit(open_session(), entries, by=life.actor(person))
    mine.go("/business/my-registrations/")
    mine.illustrate("6-1-mine")
    Newcomer(mine, world).cancels_the_last_course()
    assert Order.objects.get().amount_fen == 4000 * (CHOSEN - 1)
    mine.page.get_by_role("link", name="修改课程或者考区").first.click()
    mine.fill(district="450200")
    mine.press("保存修改")
    mine.page.get_by_label("我能按时到场，仍然这样报考").check()  # two districts on one day
    mine.illustrate("6-1-change")
    mine.press("保存修改")
    mine.sees("已保存修改")
    states = Registration.objects.order_by("slot").values_list("state", "district__code")
    assert sorted(states) == [("cancelled", "450100"), ("pending", "450100"), ("pending", "450200")]


def test_paying(world: World, mine: Visitor, person: Candidate) -> None:
    """3. 缴费"""
    page = mine.page
    order = registrations.submit(open_session(), [(free(person)[0], "450100")], by=life.actor(person)).order
    mine.go(f"/business/orders/{order.number}/")
    newcomer = Newcomer(mine, world)
    newcomer.asks_whether_it_is_paid()
    mine.sees("还没有收到支付结果")
    mine.illustrate("6-1-pay")
    newcomer.pays_by_wechat()
    letter = newcomer.has_paid()
    mine.illustrate("6-1-paid")

    # An old tab with the button still on it, a replay, a forgery: nothing changes.
    before = facts()
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    address = f"{mine.url}/business/orders/{order.number}/"
    for action in ("pay", "confirm"):
        again = page.request.post(
            f"{address}{action}/", form={"csrfmiddlewaretoken": token}, headers={"Referer": page.url}
        )
        assert (again.status, again.url) == (200, address)
    assert letter.sent_again() == 204
    assert letter.sent_again(headers=letter.headers | {"Wechatpay-Signature": "AAAA"}) == 401
    assert facts() == before
    mine.go("/business/my-registrations/")
    assert page.get_by_role("link", name="取消报考").count() == 0


def facts() -> list[object]:
    return [
        list(Order.objects.values()),
        list(Registration.objects.values()),
        Message.objects.count(),
        PaymentEvent.objects.filter(kind="notify", outcome="paid").count(),
    ]
