"""What surrounds the portal in these tests: the gateway, the telephone network, the office and its clock."""

import io
from dataclasses import dataclass, replace
from queue import Queue
from typing import Any

import altcha
from pypdf import PdfReader

from candidate_api.arrangements.tests.factories import arrange
from candidate_api.payments.providers.twin import Twin, post
from candidate_api.sessions.models import ExamSession
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business
from portal.kernel import clock
from portal.kernel.actor import Actor
from tests import life

OFFICE = Actor.system("test-office")


@dataclass(frozen=True)
class Letter:
    """A notice of the gateway as it went over the wire, and what it was answered with."""

    url: str
    headers: dict[str, str]
    body: bytes
    status: int

    def sent_again(self, **changes: Any) -> int:
        """Send it once more, as it was or changed; the status it is answered with."""
        letter = replace(self, **changes)
        return post(letter.url, letter.headers, letter.body)[0]


@dataclass(frozen=True)
class World:
    url: str
    twin: Twin
    letters: "Queue[Letter]"

    @property
    def session(self) -> str:
        """The session that may be registered for now."""
        return BusinessWindow.objects.get(business=Business.COURSE_REGISTRATION, phase="apply").session

    def letter(self) -> Letter:
        """The next notice that the gateway has delivered; waits for it."""
        return self.letters.get(timeout=20)

    def code_sent_to(self, mobile: str) -> str:
        return life.code_sent_to(mobile)

    def release_tickets(self) -> None:
        """The office seats everybody, and the release instant comes."""
        arrange(self.session)
        ExamSession.objects.filter(code=self.session).update(tickets_at=clock.now())

    def books(self) -> dict[str, Any]:
        """What the gateway believes was paid and paid back."""
        told = self.twin.gateway.summary()
        return {"trades": told["trades"], "refunds": told["refunds"]}


def solved(work: dict[str, Any]) -> str:
    """The proof of work as a device does it."""
    challenge = altcha.Challenge.from_dict(work)
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


def text_of(pdf: bytes) -> str:
    """The text of all pages without spaces and line ends."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def pictures_of(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each raster picture on the first page."""
    return [image.image.size for image in PdfReader(io.BytesIO(pdf)).pages[0].images if image.image]


def qr_address(pdf: bytes) -> str:
    """Where the QR code leads: the same address lies under it as a link."""
    [note] = [note.get_object() for note in PdfReader(io.BytesIO(pdf)).pages[0]["/Annots"]]
    return str(note["/A"]["/URI"])
