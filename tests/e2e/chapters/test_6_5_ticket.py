"""六、业务办理 （五）打印准考证和考场安排"""

from candidate_api.applications.tests.stories import has_paid
from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from tests.e2e.chapters.applying import Applicant
from tests.e2e.chapters.conftest import NUMBER
from tests.e2e.chapters.newcomer import Newcomer
from tests.e2e.world import World, pictures_of, qr_address, text_of


def test_the_ticket_and_the_seat(world: World, applicant: Applicant, person: Candidate) -> None:
    """（五）打印准考证和考场安排"""
    phone = applicant.screen
    has_paid(person, world.twin)
    applicant.follows_the_tile("打印准考证")
    phone.sees("起可以")
    world.release_tickets()
    phone.go("/business/tickets/")
    phone.follow("签署诚信考试承诺书")
    phone.page.get_by_label("我已阅读并承诺遵守").check()
    phone.illustrate("6-5-pledge", at="[name=agree]")
    phone.press("签署承诺书")
    phone.sees("可以打印")
    phone.illustrate("6-5-ticket")
    pdf = Newcomer(phone, world).downloads_the_ticket()
    phone.follow("考场安排")
    phone.sees("座位")
    phone.illustrate("6-5-seats")

    text, number = text_of(pdf), person.candidate_number
    courses = Registration.objects.filter(state="confirmed").values_list("course__code", flat=True)
    for words in ("韦小莉", str(number), NUMBER, *courses):
        assert words in text
    assert (480, 640) in pictures_of(pdf)

    # whoever scans the code
    phone.page.context.clear_cookies()
    phone.page.goto(qr_address(pdf))
    phone.sees("核验通过")
    phone.sees("韦*莉")
    phone.illustrate("6-5-verified")
