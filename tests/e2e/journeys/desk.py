"""The desk: whoever works there looks for the people by every number, reads, and does what can be done."""

from typing import Any

from django.test import Client

from candidate_api.accommodations.models import Accommodation
from candidate_api.arrangements.models import Seat
from candidate_api.cancellations.models import Cancellation
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.proving import Proof
from candidate_api.catalogue.models import School
from candidate_api.registry.models import Merger
from candidate_api.rights.actions import request_erasure
from candidate_api.rights.models import ErasureRequest
from candidate_api.sessions.models import ExamSession
from candidate_api.sheets.models import Sheet
from candidate_api.sheets.tasks import make_sheets
from cms.complaints.models import Complaint, SupportTeam
from cms.complaints.queries import whole_thread
from portal.kernel import clock
from portal.kernel.users.models import User
from review.applications.models import Application
from review.offices.actions import appoint
from review.offices.states import Role
from tests import life
from tests.canary import Watch
from tests.e2e.journeys.person import Person, later
from tests.e2e.world import OFFICE

REASON = "考生持证件原件到场申请"
THIRD = "13977104445"

LISTS = (
    "accommodations",
    "broadcasts",
    "bulk",
    "graduations",
    "imports",
    "payments",
    "reconciliation",
    "results",
    "transfers",
    "wordings",
)


class DeskJourney:
    def __init__(self, watch: Watch, now: Any, *people: Person) -> None:
        self.watch, self.now, self.people = watch, now, people
        self.desk, self.colleague = (self._seated(name) for name in ("archive", "admin"))

    def _seated(self, name: str) -> Client:
        user = User.objects.get(username=name)
        for role in Role:
            appoint(user, role, "45", by=OFFICE)
        client = self.watch.web()
        client.force_login(user)
        return client

    def walk(self) -> None:
        self.now.shift(60)
        steps = (self.finds, self.acts, self.seats, self.reviews, self.answers, self.merges, self.closes)
        for step in (*steps, self.looks_around):
            step()
            self.watch.look_into_the_cache()

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.desk.get(f"/admin/{path}")
        assert answer.status_code == status, f"GET {path}: {answer.status_code}"
        return answer

    def send(self, path: str, status: int = 302, *, desk: Client | None = None, **form: Any) -> Any:
        answer = (desk or self.desk).post(f"/admin/{path}", form)
        assert answer.status_code == status, f"POST {path}: {answer.status_code} {_errors(answer)}"
        return answer

    def record(self, person: Person) -> Candidate:
        return next(c for c in Candidate.objects.select_related("user") if c.user.name == person.name)

    def finds(self) -> None:
        self.get("candidates/")
        self.get("candidates/results/")
        for person in self.people:
            number = self.record(person).candidate_number
            for typed in (person.id_number, person.mobiles[1], person.name, person.email, number):
                self.send("candidates/find/", 200, text=typed)
                self.send("applications/find/", 200, text=typed)

    def acts(self) -> None:
        candidate = self.record(self.people[0])
        one = f"candidates/{candidate.pk}/"
        for act in ("", "unmask/", "freeze/", "unfreeze/", "mobile/", "identity/", "school/", "merge/"):
            self.get(f"{one}{act}")
        self.get(f"{one}photo/")
        for what in ("id_number", "mobile"):
            self.send(f"{one}unmask/", 200, what=what, reason=REASON)
            self.send(f"{one}unmask/", 200, what=what, reason=f"{REASON}{self.people[0].id_number}")  # refused
        code = School.objects.values_list("code", flat=True)[0]
        self.send(f"{one}school/", category="college_link", school=code, reason=REASON)
        self.send(f"{one}school/", category="social", school="", reason=REASON)
        passed = self.record(self.people[0]).identity_checks.filter(state="passed").exists()
        document = {"name": candidate.user.name, "id_number": candidate.id_number}
        self.send(f"{one}identity/", 409 if passed else 302, **document, reason=REASON)
        self.send(f"{one}freeze/", reason=REASON)
        self.send(f"{one}unfreeze/", reason=REASON)
        later(self.now)
        first = self.people[0].mobiles[0]
        self.send(f"{one}mobile/", 200, send="1", mobile=first)
        self.send(f"{one}mobile/", mobile=first, code=life.code_sent_to(first), reason=REASON)

    def seats(self) -> None:
        """Both people sit somewhere by now: their places are looked at, one is moved, the papers are made and taken."""
        seat = Seat.objects.filter(candidate=self.record(self.people[0])).select_related("room", "session")[0]
        session, number = seat.session_id, self.record(self.people[0]).candidate_number
        one = f"arrangements/{session}/"
        for page in ("", f"sites/{seat.room.site_id}/", f"rooms/{seat.room_id}/{seat.slot}/"):
            self.get(f"{one}{page}")
        self.get("arrangements/")
        self.send(f"{one}find/", 200, number=number)
        move = f"arrangements/seats/{seat.registration_id}/move/"
        self.get(move)
        self.send(move, room=seat.room_id, seat_no=seat.room.seats, reason=REASON)
        self.send(f"sheets/sessions/{session}/sites/{seat.room.site_id}/")
        make_sheets()
        for sheet in Sheet.objects.filter(site=seat.room.site_id):
            self.send(f"sheets/{sheet.pk}/file/", 200)
        grant = f"accommodations/sessions/{session}/grant/"
        self.get(grant)
        self.send(grant, number=number, arranged="一楼考场")
        away = f"accommodations/{Accommodation.objects.latest('pk').pk}/withdraw/"
        self.get(away)
        self.send(away, reason=REASON)

    def reviews(self) -> None:
        self.get("applications/")
        self.get("applications/results/")
        self.send("applications/next/")
        application = Application.objects.filter(state="submitted", turn="office").latest("pk")
        one = f"applications/{application.pk}/"
        self.get(one)
        self.send(f"{one}heartbeat/", 200)
        paper = application.papers.first()
        assert paper is not None
        self.get(f"{one}papers/{paper.pk}/")
        self.send(one, verb="claim")
        revision = Application.objects.get(pk=application.pk).revision
        words = self.people[0].complaint["content"]
        self.send(one, 400, verb="approve", revision=revision, note=words)
        remarks = {"target": "", "text": words}
        self.send(one, 400, verb="return_", revision=revision, **remarks)
        self.send(one, verb="approve", revision=revision, note="材料齐全")

    def answers(self) -> None:
        for page in ("", "results/", "figures/", "export/"):
            self.get(f"complaints/{page}")
        today = clock.today()
        self.send("complaints/export/", 200, first=today, last=today, format="csv", reason=REASON)
        words = self.people[0].complaint["content"]
        complaint = Complaint.objects.filter(state="pending").latest("pk")
        one = f"complaints/{complaint.pk}/"
        self.get(one)
        self.send(f"{one}accept/")
        self.send(f"{one}release/")
        self.send(f"{one}claim/")
        self.send(f"{one}note/", text=words)
        other = SupportTeam.objects.exclude(pk=complaint.team_id).latest("pk")
        self.send(f"{one}transfer/", team=other.code, reason=REASON)
        self.send(f"{one}accept/")
        seen = max(message.pk for message in whole_thread(complaint))
        self.send(f"{one}answer/", text=words, seen=seen)

    def merges(self) -> None:
        """Neither is free of business: proposed in vain, and what was proposed before is decided on."""
        source, target = (self.record(person) for person in self.people)
        form = {"target": target.candidate_number, "reason": REASON}
        self.send(f"candidates/{source.pk}/merge/", 400, **form)
        for decision in ("refuse", "approve"):
            twin = life.enrolled(name=self.people[0].name)
            form = {"target": life.enrolled(name=self.people[0].name).candidate_number, "reason": REASON}
            self.send(f"candidates/{twin.pk}/merge/", **form)
            for page in ("", "results/"):
                self.get(f"candidates/mergers/{page}")
            merger = Merger.objects.latest("pk")
            self.colleague.get(f"/admin/candidates/mergers/{merger.pk}/{decision}/")
            self.send(f"candidates/mergers/{merger.pk}/{decision}/", desk=self.colleague, reason=REASON)

    def closes(self) -> None:
        for decision in ("refuse", "approve"):
            request_erasure("不再参加考试", Proof(life.PASSWORD), by=life.actor(life.registered()))
            for page in ("", "results/"):
                self.get(f"erasures/{page}")
            asked = ErasureRequest.objects.latest("pk")
            self.get(f"erasures/{asked.pk}/{decision}/")
            self.send(f"erasures/{asked.pk}/{decision}/", reason=REASON)
        back = "13700000123"
        self.get(f"erasures/{asked.pk}/reopen/")
        self.send(f"erasures/{asked.pk}/reopen/", 200, send="1", mobile=back)
        self.send(f"erasures/{asked.pk}/reopen/", mobile=back, code=life.code_sent_to(back), reason=REASON)

    def looks_around(self) -> None:
        """Lists of an administrator, and the first page."""
        pages = ("", "messages/", "messages/results/", "audit/", "audit/results/", "staff/", "staff/results/")
        lists = [
            f"{noun}/{part}" for noun in LISTS for part in ("", "results/") if (noun, part) != ("wordings", "results/")
        ]
        others = ("applications/figures/", "payments/channels/", "payments/refunds/", "payments/refunds/results/")
        others += ("reconciliation/statements/", "reconciliation/statements/results/", "results/disciplines/")
        others += ("results/disciplines/results/", "broadcasts/new/", "imports/upload/", "users/", "invariants/")
        others += ("staff/new/", "timetables/", "timetables/2027-04/")
        others += ("waiting/", "cancellations/", "cancellations/results/")
        open_ = ExamSession.objects.filter(closed=False).earliest("code")
        self.send("cancellations/propose/", desk=self.colleague, session=open_.code, course="", reason="因台风停考")
        others += (f"cancellations/{Cancellation.objects.get().pk}/",)
        for page in (*pages, *lists, *others):
            assert self.colleague.get(f"/admin/{page}").status_code == 200, page


def _errors(answer: Any) -> Any:
    form = (answer.context or {}).get("form") if answer.context else None
    return getattr(form, "errors", "")
