"""考场用表: asked for, made, outdated by a move, taken out by whom they concern."""

import io

import pytest
from django.db import IntegrityError
from django.test import Client
from pypdf import PdfReader

from candidate_api.arrangements.actions import move
from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.tests import factories as make
from candidate_api.results.models import Discipline
from candidate_api.sessions.models import ExamSession, Room, Site
from candidate_api.sheets import actions, queries
from candidate_api.sheets.models import Sheet
from candidate_api.sheets.rules import KEPT
from candidate_api.sheets.states import Kind
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.files.models import PrivateFile
from portal.kernel.tests.staff import member
from tests.races import threads

pytestmark = pytest.mark.django_db
WORKER = Actor.system("make-sheets")


@pytest.fixture
def sitting(time_machine) -> ExamSession:
    """Two rooms of a site in Nanning, one in Guilin; published."""
    time_machine.move_to(make.RELEASE, tick=False)
    sitting, south, north = make.session(), make.district(), make.district("450300", "桂林市")
    make.site(south, [3, 3])
    make.site(north, [4], code="07")
    people = make.people(4)
    people[0].user.name = "张䶮㛃"
    people[0].user.save()
    make.give_photo(people[0])
    make.entries(people, sitting, south, [1])
    make.entries(make.people(2), sitting, north, [1])
    make.arrange()
    return sitting


def archivist(office: str = "45") -> Actor:
    return Actor.of(member("archive", office), "admin")


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def south() -> Site:
    return Site.objects.get(code="01")


class TestMaking:
    def test_who_is_under_a_suspension_is_told_apart_where_they_would_sign(self, sitting: ExamSession) -> None:
        [stopped, *_others] = Seat.objects.filter(room__site=south()).select_related("candidate").order_by("pk")
        days = {"starts": "2026-10-01", "until": "2027-09-30"}
        Discipline.objects.create(
            candidate=stopped.candidate, penalty="suspended", number="〔2026〕7号", recorded_at=clock.now(), **days
        )
        clerk = archivist()
        actions.request("2026-10", south().pk, by=clerk)
        actions.make_due(by=WORKER)
        papers = {row.kind: text_of(actions.take_out(row.pk, by=clerk)[1]) for row in queries.visible_to(clerk)}
        assert {kind: text.count("停考，不得入场") for kind, text in papers.items()} == {
            "desk": 0,
            "door": 0,
            "sign_in": 1,
        }

    def test_three_papers_for_each_slot_of_a_site(self, sitting: ExamSession) -> None:
        clerk = archivist()
        assert actions.request("2026-10", south().pk, by=clerk) == 3
        assert actions.make_due(by=WORKER) == 3
        sheets = list(queries.visible_to(clerk))
        assert [(sheet.kind, sheet.state, sheet.people, sheet.version) for sheet in sheets] == [
            ("desk", "made", 4, 1),
            ("door", "made", 4, 1),
            ("sign_in", "made", 4, 1),
        ]
        seats = Seat.objects.filter(room__site=south()).select_related("candidate__user", "room")
        for sheet in sheets:
            name, pdf = actions.take_out(sheet.pk, by=clerk)
            assert name == f"{Kind(sheet.kind).label}-2026-10-南宁市第1中学-1-v1.pdf"
            text = text_of(pdf)
            assert len(PdfReader(io.BytesIO(pdf)).pages) == 2  # one for each room
            assert "第001考场" in text
            for seat in seats:
                assert seat.candidate.candidate_number in text
                assert seat.candidate.user.name in text
        assert AuditEntry.objects.filter(verb="sheets.take_out").count() == 3

    def test_the_files_are_private_encrypted_and_go(self, sitting: ExamSession) -> None:
        actions.request("2026-10", south().pk, by=archivist())
        actions.make_due(by=WORKER)
        file = PrivateFile.objects.filter(kind=actions.FILE)[0]
        assert file.expires_at == clock.at(sitting.second_day, 24) + KEPT
        with file.content.open("rb") as stored:
            assert not stored.read().startswith(b"%PDF")
        assert file.read().startswith(b"%PDF")

    def test_is_asked_for_once(self, sitting: ExamSession) -> None:
        clerk = archivist()
        assert actions.request("2026-10", by=clerk) == 6
        assert actions.request("2026-10", by=clerk) == 0
        actions.make_due(by=WORKER)
        assert actions.request("2026-10", by=clerk) == 0

    def test_a_move_outdates_those_of_its_place(self, sitting: ExamSession) -> None:
        clerk = archivist()
        actions.request("2026-10", by=clerk)
        actions.make_due(by=WORKER)
        seat = Seat.objects.filter(room__site=south()).first()
        assert seat is not None
        move(seat.registration_id, Room.objects.get(site=south(), number="002").pk, 3, "考场设备故障", by=clerk)
        old = {(sheet.site_id, sheet.kind) for sheet in queries.visible_to(clerk) if sheet.outdated}
        assert old == {(south().pk, kind) for kind in Kind}
        assert actions.request("2026-10", by=clerk) == 3
        actions.make_due(by=WORKER)
        made = Sheet.objects.filter(site=south(), version=2, state="made")
        assert made.count() == 3
        assert Sheet.objects.filter(site=south()).count() == 6  # the former ones stay, with their version


class TestFailing:
    def test_one_that_cannot_be_made_keeps_no_other_waiting(self, sitting, monkeypatch, time_machine) -> None:
        clerk, render = archivist(), actions.render

        def broken(template: str, *args: object) -> bytes:
            if "door" in template:
                raise RuntimeError("typst")
            return render(template, *args)

        monkeypatch.setattr(actions, "render", broken)
        actions.request("2026-10", south().pk, by=clerk)
        assert actions.make_due(by=WORKER) == 2
        for attempt in range(1, 4):
            time_machine.move_to(make.RELEASE + attempt * actions.LEASE, tick=False)
            assert actions.make_due(by=WORKER) == 0
        bad = Sheet.objects.get(kind="door")
        assert (bad.state, bad.file) == ("failed", None)
        monkeypatch.setattr(actions, "render", render)
        assert actions.request("2026-10", south().pk, by=clerk) == 0
        actions.retry(bad.pk, by=clerk)
        assert actions.make_due(by=WORKER) == 1
        assert Sheet.objects.get(pk=bad.pk).state == "made"

    def test_not_before_it_is_published(self) -> None:
        make.session()
        make.drawn()
        with pytest.raises(Problem, match="not_found"):
            actions.request("2026-10", by=archivist())
        assert not Sheet.objects.exists()

    def test_the_database_refuses_a_second_one_that_waits(self, sitting: ExamSession) -> None:
        actions.request("2026-10", south().pk, by=archivist())
        columns = ("arrangement_id", "site_id", "slot", "kind", "requested_by_id", "requested_at")
        first = Sheet.objects.filter(kind="door").values(*columns).get()
        with pytest.raises(IntegrityError):
            Sheet.objects.create(**first)


class TestTheDesk:
    PAGE = "/admin/sheets/"

    def client(self, role: str = "archive", office: str = "45") -> Client:
        client = Client()
        client.force_login(member(role, office, number=2))
        return client

    def test_the_whole_way(self, sitting: ExamSession) -> None:
        desk, page = self.client(), f"{self.PAGE}sessions/{sitting.pk}/"
        assert "制作全部考点的用表" in desk.get(page).content.decode()
        assert desk.post(page)["Location"] == page
        waiting = desk.get(page)
        assert (waiting["Refresh"], "制作中 6 份" in waiting.content.decode()) == ("4", True)
        actions.make_due(by=WORKER)
        assert "已制作 6 份" in desk.get(page).content.decode()
        site = f"{page}sites/{south().pk}/"
        shown = desk.get(site).content.decode()
        sheet = Sheet.objects.get(site=south(), kind="sign_in")
        assert f"{self.PAGE}{sheet.pk}/file/" in shown
        answer = desk.post(f"{self.PAGE}{sheet.pk}/file/")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"].startswith("private, no-store")
        assert answer.content.startswith(b"%PDF")
        assert AuditEntry.objects.filter(verb="sheets.take_out", subject_id=str(sheet.pk)).count() == 1
        assert desk.get(f"{self.PAGE}{sheet.pk}/file/").status_code == 405

    def test_a_city_has_its_own(self, sitting: ExamSession) -> None:
        actions.request("2026-10", by=archivist())
        actions.make_due(by=WORKER)
        desk, own = self.client(office="450300"), Sheet.objects.filter(site__code="07")[0]
        foreign = Sheet.objects.filter(site__code="01")[0]
        assert desk.post(f"{self.PAGE}{own.pk}/file/").status_code == 200
        assert desk.post(f"{self.PAGE}{foreign.pk}/file/").status_code == 404
        assert desk.get(f"{self.PAGE}sessions/{sitting.pk}/sites/{foreign.site_id}/").status_code == 404
        assert desk.post(f"{self.PAGE}sessions/{sitting.pk}/sites/{foreign.site_id}/").status_code == 404

    @pytest.mark.parametrize("role", ["finance", "first_reviewer"])
    def test_others_are_turned_away(self, sitting: ExamSession, role: str) -> None:
        desk = self.client(role)
        assert desk.get(f"{self.PAGE}sessions/{sitting.pk}/").status_code in {302, 403}
        assert desk.post(f"{self.PAGE}sessions/{sitting.pk}/").status_code in {302, 403}
        assert not Sheet.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_once(sitting: ExamSession) -> None:
    actions.request("2026-10", by=archivist())
    outcome = threads(2, lambda _number: actions.make_due(by=WORKER))
    assert outcome.errors == {}
    assert sum(outcome.values.values()) == 6
    assert PrivateFile.objects.filter(kind=actions.FILE).count() == 6
