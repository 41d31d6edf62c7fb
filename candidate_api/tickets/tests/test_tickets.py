import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from candidate_api.arrangements.actions import publish
from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from candidate_api.registrations import queries as registrations
from candidate_api.results.models import Discipline
from candidate_api.tickets import queries
from candidate_api.tickets.actions import make_ahead, sign_pledge, ticket_pdf
from candidate_api.tickets.models import Pledge, Ticket
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.crypto.signing import verify
from portal.kernel.errors import Problem
from portal.kernel.files.models import PrivateFile
from portal.kernel.users.holdings import REGISTRY
from tests.races import threads

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
EACH = 10  # statements for one ticket that is made ahead


@pytest.fixture
def candidate(settings, time_machine) -> Candidate:
    """Somebody with three seated entries, the moment the tickets are released."""
    settings.BASE_URL = "https://zikao.example"
    sitting, place = make.session(), make.district()
    make.site(place, [30])
    [one] = make.people(1, id_type="resident_id")
    one.user.name, one.id_number = "张䶮㛃𬭎", "450103199001011234"
    one.user.save()
    one.save()
    make.give_photo(one)
    make.entries([one], sitting, place, [1, 2, 4])
    time_machine.move_to(make.RELEASE, tick=False)
    make.arrange("2026-10")
    return one


@pytest.fixture
def by(candidate: Candidate):
    return make.actor(candidate)


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in reader(pdf).pages).split())


def token_of(pdf: bytes) -> str:
    """What the QR code says, by the link that lies under it."""
    notes = [note.get_object() for note in reader(pdf).pages[0]["/Annots"]]
    address = str(notes[0]["/A"]["/URI"])
    assert address.startswith("https://zikao.example/verify/")
    return address.removeprefix("https://zikao.example/verify/").removesuffix("/")


class TestThePaper:
    def test_says_who_sits_what_when_and_where(self, candidate: Candidate, by) -> None:
        sign_pledge("2026-10", by=by)
        made = ticket_pdf("2026-10", by=by)
        text = text_of(made)
        assert len(reader(made).pages) == 1
        assert "广西2026年10月高等教育自学考试准考证" in text
        for word in ("张䶮㛃𬭎", "女", candidate.candidate_number, "450103199001011234", "居民身份证", "社会考生"):
            assert word in text
        for seat in Seat.objects.all():
            assert seat.registration.course.code in text
            assert seat.registration.course.name in text
        for word in ("2026-10-24", "2026-10-25", "星期六", "星期日", "09:00–11:30", "14:30–17:00"):
            assert word in text
        assert text.count("南宁市第1中学") == text.count("南宁市民族大道1号") == 3
        assert text.count("001") >= 3
        assert text.count("（2B铅笔）") == 2
        for word in ("15分钟", "30分钟", "有效身份证件", "计算器", "诚信考试", "打印时间：2026-10-1309:00"):
            assert word in text

    def test_bears_the_photo_and_the_code(self, candidate: Candidate, by) -> None:
        sign_pledge("2026-10", by=by)
        made = ticket_pdf("2026-10", by=by)
        assert candidate.photo.read() in made
        code = Ticket.objects.get().code
        assert len(code) == 16
        assert queries.rules.shown_code(code) in text_of(made)
        payload = verify(token_of(made))
        assert payload["code"] == code
        assert (payload["name"], payload["number"]) == ("张**𬭎", candidate.candidate_number[-4:])

    def test_is_a4(self, by) -> None:
        sign_pledge("2026-10", by=by)
        box = reader(ticket_pdf("2026-10", by=by)).pages[0].mediabox
        assert (round(box.width), round(box.height)) == (595, 842)

    def test_tells_of_a_name_that_the_font_cannot_draw(self, candidate: Candidate, by) -> None:
        sign_pledge("2026-10", by=by)
        assert "生僻字" not in text_of(ticket_pdf("2026-10", by=by))
        candidate.user.name = "张𪻐"
        candidate.user.save()
        assert "生僻字" in text_of(ticket_pdf("2026-10", by=by))


def suspended(candidate: Candidate, starts: str, until: str) -> Discipline:
    return Discipline.objects.create(
        candidate=candidate,
        penalty="suspended",
        starts=starts,
        until=until,
        number="〔2026〕7号",
        recorded_at=clock.now(),
    )


class TestWhen:
    def test_none_under_a_suspension_whatever_was_registered_before(self, candidate: Candidate, by) -> None:
        sign_pledge("2026-10", by=by)
        decision = suspended(candidate, "2026-10-24", "2027-10-23")
        with pytest.raises(Problem) as caught:
            ticket_pdf("2026-10", by=by)
        assert caught.value.code == "suspended"
        assert caught.value.extra == {"starts": "2026-10-24", "until": "2027-10-23"}
        assert caught.value.detail.startswith("您自2026-10-24至2027-10-23停考，其间的考试不能参加")
        assert not queries.status(by, "2026-10").available
        assert make_ahead(by=Actor.system("make-tickets")) == 0
        assert not Ticket.objects.exists()
        own = list(registrations.mine(by))
        assert [registrations.allowed_actions(row, window_open=True) for row in own] == [[], [], []]
        decision.delete()
        suspended(candidate, "2025-10-24", "2026-10-23")
        assert queries.status(by, "2026-10").available
        assert make_ahead(by=Actor.system("make-tickets")) == 1

    def test_not_a_second_before_the_release(self, by, time_machine) -> None:
        sign_pledge("2026-10", by=by)
        time_machine.move_to(make.RELEASE - SECOND, tick=False)
        with pytest.raises(Problem) as caught:
            ticket_pdf("2026-10", by=by)
        assert caught.value.code == "not_released"
        assert caught.value.extra == {"opens_at": "2026-10-13T09:00:00+08:00"}
        assert not Ticket.objects.exists()
        time_machine.move_to(make.RELEASE, tick=False)
        assert ticket_pdf("2026-10", by=by).startswith(b"%PDF")

    def test_never_without_an_instant(self, by) -> None:
        make.ExamSession.objects.update(tickets_at=None)
        with pytest.raises(Problem, match="not_released"):
            ticket_pdf("2026-10", by=by)

    def test_the_pledge_first(self, by) -> None:
        with pytest.raises(Problem, match="pledge_required"):
            ticket_pdf("2026-10", by=by)
        assert not Ticket.objects.exists()

    def test_not_while_an_entry_has_no_seat(self, candidate: Candidate, by) -> None:
        sign_pledge("2026-10", by=by)
        make.entries([candidate], make.ExamSession.objects.get(), make.district(), [3])
        with pytest.raises(Problem, match="state_conflict"):
            ticket_pdf("2026-10", by=by)
        make.arrange("2026-10")
        assert "02331" in text_of(ticket_pdf("2026-10", by=by))

    def test_not_of_a_session_without_entries(self, by) -> None:
        make.session("2027-10")
        for code in ("2027-10", "2028-10", "x"):
            with pytest.raises(Problem, match="not_found"):
                ticket_pdf(code, by=by)
            with pytest.raises(Problem, match="not_found"):
                sign_pledge(code, by=by)


class TestMadeAhead:
    """For who has signed before the release: the hour finds the paper made."""

    OFFICE = Actor.system("tests")

    @pytest.fixture(autouse=True)
    def _before_the_release(self, candidate: Candidate, time_machine) -> None:
        time_machine.move_to(make.RELEASE - timedelta(days=1), tick=False)

    def test_it_is_nobodys_until_its_hour(self, candidate: Candidate, by, time_machine, monkeypatch) -> None:
        sign_pledge("2026-10", by=by)
        assert (make_ahead(by=self.OFFICE), make_ahead(by=self.OFFICE)) == (1, 0)
        with pytest.raises(Problem, match="not_released"):
            ticket_pdf("2026-10", by=by)
        held = REGISTRY["candidate_api.ticket"]
        assert list(held.rows(candidate.user)) == []
        time_machine.move_to(make.RELEASE, tick=False)
        monkeypatch.setattr("candidate_api.tickets.actions.render", None)
        made = ticket_pdf("2026-10", by=by)
        assert "打印时间：2026-10-1309:00" in text_of(made)
        assert list(held.rows(candidate.user)) == list(Ticket.objects.all())
        entry = AuditEntry.objects.get(verb="tickets.issue")
        assert (entry.channel, entry.at) == ("system", make.RELEASE - timedelta(days=1))

    def test_only_for_who_has_signed_and_sits_everywhere(self, candidate: Candidate, by) -> None:
        assert make_ahead(by=self.OFFICE) == 0, "not signed"
        sign_pledge("2026-10", by=by)
        make.entries([candidate], make.ExamSession.objects.get(), make.district(), [3])
        assert make_ahead(by=self.OFFICE) == 0, "a seat is missing"
        make.arrange("2026-10")
        assert make_ahead(by=self.OFFICE) == 1

    def test_not_before_the_publication_nor_after_the_session(self, candidate: Candidate, by, time_machine) -> None:
        make.entries([candidate], make.session("2027-10"), make.district(), [1])
        make.drawn("2027-10")
        for code in ("2026-10", "2027-10"):
            sign_pledge(code, by=by)
        time_machine.move_to(make.RELEASE + timedelta(days=30), tick=False)
        assert make_ahead(by=self.OFFICE) == 0, "one is over, one is drawn and not published"
        publish("2027-10", "已核对", by=make.publisher())
        assert make_ahead(by=self.OFFICE) == 1
        assert Ticket.objects.exclude(file=None).get().session.code == "2027-10"

    def test_one_that_cannot_be_made_keeps_no_other_waiting(self, candidate: Candidate, by) -> None:
        session, place = make.ExamSession.objects.get(), make.district()
        others = make.people(2)
        make.entries(others, session, place, [1])
        make.arrange("2026-10")
        for one in (candidate, *others):
            sign_pledge("2026-10", by=make.actor(one))
        candidate.photo.content.storage.delete(candidate.photo.content.name)
        assert make_ahead(by=self.OFFICE) == 2
        assert set(Ticket.objects.exclude(file=None).values_list("candidate", flat=True)) == {one.pk for one in others}

    def test_a_seat_that_moves_afterwards_makes_it_anew(self, by, time_machine) -> None:
        sign_pledge("2026-10", by=by)
        make_ahead(by=self.OFFICE)
        Seat.objects.filter(slot=1).update(seat_no=17)
        time_machine.move_to(make.RELEASE, tick=False)
        ticket_pdf("2026-10", by=by)
        assert PrivateFile.objects.filter(kind="ticket").count() == 2

    def test_as_many_as_asked_with_the_same_queries_for_each(self, candidate: Candidate) -> None:
        others = make.people(4)
        make.entries(others, make.ExamSession.objects.get(), make.district(), [1, 2])
        make.arrange("2026-10")
        for one in others:
            sign_pledge("2026-10", by=make.actor(one))
        counts = []
        for most in (1, 3):
            with CaptureQueriesContext(connection) as asked:
                assert make_ahead(by=self.OFFICE, most=most) == most
            counts.append(len(asked))
        assert counts == [3 + EACH, 3 + 3 * EACH]


class TestThePledge:
    def test_is_signed_once(self, by) -> None:
        first = sign_pledge("2026-10", by=by)
        assert sign_pledge("2026-10", by=by) == first
        assert Pledge.objects.get().signed_at == make.RELEASE
        assert list(AuditEntry.objects.filter(verb="tickets.pledge").values_list("subject_id", flat=True)) == [
            str(first.pk)
        ]

    def test_of_a_session_holds_for_no_other(self, candidate: Candidate, by) -> None:
        other = make.session("2027-10", tickets_at=make.RELEASE)
        make.entries([candidate], other, make.district(), [1])
        make.arrange("2027-10")
        sign_pledge("2026-10", by=by)
        with pytest.raises(Problem, match="pledge_required"):
            ticket_pdf("2027-10", by=by)

    def test_is_unique_in_the_database(self, candidate: Candidate, by) -> None:
        sign_pledge("2026-10", by=by)
        with pytest.raises(IntegrityError), transaction.atomic():
            Pledge.objects.create(
                candidate=candidate, session=make.ExamSession.objects.get(), version="x", signed_at=make.RELEASE
            )


class TestTheSecondPrint:
    @pytest.fixture
    def first(self, by, time_machine) -> bytes:
        sign_pledge("2026-10", by=by)
        made = ticket_pdf("2026-10", by=by)
        time_machine.move_to(make.RELEASE + timedelta(days=1), tick=False)
        return made

    def test_is_the_first(self, first: bytes, by, monkeypatch) -> None:
        monkeypatch.setattr("candidate_api.tickets.actions.render", None)
        assert ticket_pdf("2026-10", by=by) == first
        assert PrivateFile.objects.filter(kind="ticket").count() == 1
        assert AuditEntry.objects.filter(verb="tickets.issue").count() == 1

    @pytest.mark.parametrize("what", ["seat", "photo", "name", "course", "address", "category"])
    def test_is_made_anew_when_something_on_it_changed(self, what: str, first: bytes, candidate: Candidate, by) -> None:
        match what:
            case "seat":
                Seat.objects.filter(slot=1).update(seat_no=17)
            case "photo":
                make.give_photo(candidate, (250, 250, 250))
            case "name":
                candidate.user.name = "李四"
                candidate.user.save()
            case "course":
                make.Course.objects.filter(code="00015").update(name="英语（新）")
            case "address":
                make.Site.objects.update(address="新民路37号")
            case "category":
                candidate.category = "college_link"
                candidate.save()
        assert queries.proof(token_of(first)).current is False, "also before it is printed anew"
        second = ticket_pdf("2026-10", by=by)
        assert second != first
        assert "打印时间：2026-10-1409:00" in text_of(second)
        assert ticket_pdf("2026-10", by=by) == second
        assert Ticket.objects.count() == 1
        assert queries.proof(token_of(first)).current is False
        assert queries.proof(token_of(second)).current is True

    def test_follows_the_template(self, first: bytes, by, monkeypatch) -> None:
        monkeypatch.setattr("candidate_api.tickets.paper.edition", lambda template: "another")
        assert ticket_pdf("2026-10", by=by) != first

    def test_no_plain_digest_of_the_id_number_is_kept(self, first: bytes) -> None:
        assert Ticket.objects.get().digest.startswith("t1:")


class TestTheProof:
    @pytest.fixture
    def printed(self, by) -> bytes:
        sign_pledge("2026-10", by=by)
        return ticket_pdf("2026-10", by=by)

    def test_by_the_code_as_people_type_it(self, printed: bytes, candidate: Candidate) -> None:
        code = Ticket.objects.get().code
        for typed in (code, code.lower(), queries.rules.shown_code(code), f" {code[:8]} {code[8:]} "):
            found = queries.proof(typed)
            assert (found.kind, found.session, found.session_name) == ("admission_ticket", "2026-10", "2026年10月")
            assert (found.name, found.number) == ("张**𬭎", candidate.candidate_number[-4:])
            assert (found.signed, found.current, found.issued_at) == (False, None, make.RELEASE)

    def test_by_the_token_of_the_qr_code(self, printed: bytes) -> None:
        found = queries.proof(token_of(printed))
        assert (found.signed, found.current) == (True, True)

    def test_of_a_print_is_over_once_an_entry_has_no_seat(self, printed: bytes, candidate: Candidate) -> None:
        token = token_of(printed)
        [entry, *_others] = make.Registration.objects.order_by("slot")
        make.Registration.objects.filter(pk=entry.pk).update(district=make.district("450300", "桂林市"))
        found = queries.proof(token)
        assert (found.signed, found.current, len(found.sittings)) == (True, False, 2)
        make.Registration.objects.update(state="cancelled")
        found = queries.proof(token)
        assert (found.signed, found.current, found.sittings) == (True, False, ())

    def test_tells_what_stands_on_it_from_the_release_on(self, printed: bytes, time_machine) -> None:
        token = token_of(printed)
        seats = list(Seat.objects.order_by("slot"))
        for text in (token, Ticket.objects.get().code):
            told = queries.proof(text).sittings
            assert [(one.course, one.room, one.seat) for one in told] == [
                (seat.registration.course.code, seat.room.number, f"{seat.seat_no:02d}") for seat in seats
            ]
            assert [(one.starts_at, one.ends_at, one.site) for one in told] == [
                (seat.sitting.starts_at, seat.sitting.ends_at, "南宁市第1中学") for seat in seats
            ]
        time_machine.move_to(make.RELEASE - SECOND, tick=False)
        assert queries.proof(token).sittings == ()

    def test_costs_the_same_however_much_stands_on_it(self, printed: bytes, django_assert_num_queries) -> None:
        token, code = token_of(printed), Ticket.objects.get().code
        with django_assert_num_queries(4):
            queries.proof(token)
        with django_assert_num_queries(2):
            queries.proof(code)

    def test_fails_for_a_forged_token(self, printed: bytes) -> None:
        token = token_of(printed)
        forged = ("A" if token[0] != "A" else "B") + token[1:]
        for text in (forged, token[:-1], token.partition(".")[0] + ".", "a.b"):
            with pytest.raises(Problem, match="not_found"):
                queries.proof(text)

    def test_fails_for_an_unknown_code(self, printed: bytes) -> None:
        for text in ("", "2345678923456789", "%", Ticket.objects.get().code[:-1]):
            with pytest.raises(Problem, match="not_found"):
                queries.proof(text)

    def test_fails_for_a_ticket_that_was_never_printed(self, candidate: Candidate) -> None:
        session = make.ExamSession.objects.get()
        Ticket.objects.create(candidate=candidate, session=session, code="2345678923456789")
        with pytest.raises(Problem, match="not_found"):
            queries.proof("2345678923456789")


class TestStatuses:
    def test_say_how_far_it_is(self, candidate: Candidate, by, time_machine) -> None:
        time_machine.move_to(make.RELEASE - SECOND, tick=False)
        [before] = queries.statuses(by)
        assert (before.courses, before.released, before.pledged, before.available) == (3, False, False, False)
        sign_pledge("2026-10", by=by)
        assert not queries.statuses(by)[0].available
        time_machine.move_to(make.RELEASE, tick=False)
        [after] = queries.statuses(by)
        assert (after.released, after.pledged, after.available) == (True, True, True)

    def test_are_nobody_elses(self, candidate: Candidate) -> None:
        [other] = make.people(1)
        assert queries.statuses(make.actor(other)) == []
        with pytest.raises(Problem, match="not_found"):
            ticket_pdf("2026-10", by=make.actor(other))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_first_prints_at_once_are_one_print(candidate: Candidate, by) -> None:
    def print_it(_number: int) -> bytes:
        sign_pledge("2026-10", by=by)
        return ticket_pdf("2026-10", by=by)

    outcome = threads(4, print_it)
    assert outcome.errors == {}
    assert len({*outcome.values.values()}) == 1
    assert (Pledge.objects.count(), Ticket.objects.count()) == (1, 1)
    assert PrivateFile.objects.filter(kind="ticket").count() == 1
