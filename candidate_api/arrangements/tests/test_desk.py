"""考场编排 at the desk: the whole way by two people, what a city sees, and who is turned away."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.arrangements.actions import draw_due
from candidate_api.arrangements.models import Arrangement, Seat
from candidate_api.arrangements.tests import factories as make
from candidate_api.sessions.models import ExamSession, Room
from portal.kernel.tests.staff import member

pytestmark = pytest.mark.django_db
LIST = "/admin/arrangements/"
REASON = "考场设备故障"


def at_desk(role: str = "archive", office: str = "45", number: int = 1) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


@pytest.fixture
def sitting(time_machine) -> ExamSession:
    time_machine.move_to(make.RELEASE, tick=False)
    sitting, south, north = make.session(), make.district(), make.district("450300", "桂林市")
    make.site(south, [4, 4])
    make.site(north, [4], code="07")
    make.entries(make.people(3), sitting, south, [1, 2])
    make.entries(make.people(2), sitting, north, [1])
    return sitting


def test_the_whole_way_by_two_people(sitting: ExamSession) -> None:
    one, other, page = at_desk(), at_desk(number=2), f"{LIST}{sitting.pk}/"
    assert "未编排" in one.get(LIST).content.decode()
    assert "尚无座位的科次" in one.get(f"{page}draw/").content.decode()
    assert one.post(f"{page}draw/", {"seed": "0417"})["Location"] == page
    waiting = one.get(page)
    assert (waiting["Refresh"], "已编排 0 / 0 科次" in waiting.content.decode()) == ("3", True)
    draw_due(by=make.OFFICE)
    drafted = one.get(page).content.decode()
    for said in ("待发布", "0417", "须由另一名工作人员发布", "南宁市第1中学", "桂林市第7中学", "报考成功、尚无座位"):
        assert said in drafted
    assert f"{page}publish/" not in drafted
    assert "待发布的考场编排" in other.get("/admin/").content.decode()
    assert one.post(f"{page}publish/", {"reason": "抽签结果已核对"}).status_code in {302, 403}
    assert Arrangement.objects.get().state == "drafted"
    assert other.post(f"{page}publish/", {"reason": "抽签结果已核对"})["Location"] == page
    assert Arrangement.objects.get().state == "published"
    assert "已发布" in one.get(LIST).content.decode()


def test_one_person_is_found_and_moved(sitting: ExamSession) -> None:
    make.arrange()
    desk, page = at_desk(), f"{LIST}{sitting.pk}/"
    seat = Seat.objects.filter(slot=1, room__site__code="01").select_related("candidate", "room").first()
    assert seat is not None
    room = f"{page}rooms/{seat.room_id}/1/"
    assert room in desk.get(f"{page}sites/{seat.room.site_id}/").content.decode()
    found = desk.post(f"{page}find/", {"number": seat.candidate.candidate_number}).content.decode()
    move = f"{LIST}seats/{seat.registration_id}/move/"
    assert move in found
    assert move in desk.get(room).content.decode()
    assert seat.candidate.user.name not in found
    second = Room.objects.get(site=seat.room.site_id, number="002")
    assert "南宁市第1中学 002 考场（4座）" in desk.get(move).content.decode()
    refused = desk.post(move, {"room": second.pk, "seat_no": 9, "reason": REASON})
    assert (refused.status_code, "该考场的座位号为1至4。" in refused.content.decode()) == (400, True)
    assert desk.post(move, {"room": second.pk, "seat_no": 3, "reason": REASON})["Location"] == room
    now = Seat.objects.get(pk=seat.pk)
    assert (now.room_id, now.seat_no) == (second.pk, 3)
    history = desk.get(page).content.decode()
    assert REASON in history
    assert "002-03" in history


def test_where_seats_are_short_the_numbers_are_shown(sitting: ExamSession) -> None:
    make.entries(make.people(7), sitting, make.district(), [1])
    assert make.drawn().state == "short"
    page = at_desk().get(f"{LIST}{sitting.pk}/").content.decode()
    assert "座位不足，没有作任何安排" in page
    assert "缺 2 个座位" in page


def test_a_city_sees_its_own_and_decides_about_no_session(sitting: ExamSession) -> None:
    make.arrange()
    desk, page = at_desk(office="450300"), f"{LIST}{sitting.pk}/"
    shown = desk.get(page).content.decode()
    assert ("桂林市第7中学" in shown, "南宁市第1中学" in shown) == (True, False)
    away = Seat.objects.filter(room__site__code="01").select_related("room", "candidate").first()
    assert away is not None
    for address in (
        f"{page}sites/{away.room.site_id}/",
        f"{page}rooms/{away.room_id}/1/",
        f"{LIST}seats/{away.registration_id}/move/",
    ):
        assert desk.get(address).status_code == 404, address
    found = desk.post(f"{page}find/", {"number": away.candidate.candidate_number}).content.decode()
    assert "没有考生的座位" in found
    for act in ("draw", "publish", "complete"):
        assert desk.get(f"{page}{act}/").status_code in {302, 403}
        assert f"{page}{act}/" not in shown


@pytest.mark.parametrize(("role", "office"), [("first_reviewer", "45"), ("finance", "45"), ("archive", "s10595")])
def test_others_are_turned_away(sitting: ExamSession, role: str, office: str) -> None:
    desk = at_desk(role, office)
    for address in (LIST, f"{LIST}{sitting.pk}/", f"{LIST}{sitting.pk}/draw/"):
        assert desk.get(address).status_code in {302, 403}, address


def test_what_is_not_there(sitting: ExamSession) -> None:
    make.arrange()
    desk = at_desk()
    for address in ("9999/", f"{sitting.pk}/sites/9999/", f"{sitting.pk}/rooms/9999/1/", "seats/9999/move/"):
        assert desk.get(f"{LIST}{address}").status_code == 404, address
    room = Room.objects.first()
    assert room is not None
    assert desk.get(f"{LIST}{sitting.pk}/rooms/{room.pk}/5/").status_code == 404


def asked(desk: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert desk.get(address).status_code == 200
    return len(caught)


def test_many_rows_take_no_more_queries(sitting: ExamSession) -> None:
    make.arrange()
    desk, page = at_desk(), f"{LIST}{sitting.pk}/"
    place = make.district()
    big = make.site(place, [50], code="33").rooms.get()
    asked(desk, page)  # what is asked for once in a process
    few = [asked(desk, page), asked(desk, f"{page}sites/{big.site_id}/"), asked(desk, f"{page}rooms/{big.pk}/1/")]
    for number in range(34, 84):
        make.site(place, [5], code=str(number))
    make.entries(make.people(50), sitting, place, [1])
    make.arrange()
    many = [asked(desk, page), asked(desk, f"{page}sites/{big.site_id}/"), asked(desk, f"{page}rooms/{big.pk}/1/")]
    assert many == few
