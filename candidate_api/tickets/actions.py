"""打印准考证: the pledge first, then the paper."""

import secrets
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.queries import mine
from candidate_api.candidates import queries as candidates
from candidate_api.candidates.models import Candidate
from candidate_api.sessions.models import ExamSession
from candidate_api.tickets import paper, queries, rules, texts
from candidate_api.tickets.models import Pledge, Ticket
from portal.kernel import clock, qr
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.crypto.signing import sign
from portal.kernel.errors import Code, Problem
from portal.kernel.files.actions import keep
from portal.kernel.files.models import PrivateFile
from portal.kernel.pdf.render import render

BATCH = 1000  # half a minute of one worker (docs/benchmarks.md), less than lies between two runs
log = structlog.get_logger("portal.tickets")


@transaction.atomic
def sign_pledge(session_code: str, *, by: Actor) -> Pledge:
    """签署诚信考试承诺书 for a session; signing again changes nothing. Raises Problem: `not_found` without entries."""
    candidate = candidates.for_update(by)
    status = queries.status(by, session_code)
    if status.pledge is not None:
        return status.pledge
    pledge = Pledge.objects.create(
        candidate=candidate, session=status.session, version=texts.PLEDGE_VERSION, signed_at=clock.now()
    )
    record("tickets.pledge", pledge, by=by, session=session_code, version=pledge.version)
    return pledge


def ticket_pdf(session_code: str, *, by: Actor) -> bytes:
    """The actor's ticket of a session as PDF; the one that was made before, as long as nothing on it has changed.

    Raises Problem: `not_found` without confirmed entries, `suspended` under a 停考, `not_released` with `opens_at`
    before the release instant, `pledge_required`, `state_conflict` while an entry has no seat.
    """
    candidate = candidates.of(by)
    status = queries.status(by, session_code)
    if stop := status.suspension:
        raise Problem(Code.SUSPENDED, status.why_stopped, starts=str(stop.starts), until=str(stop.until))
    if not status.released:
        opens_at = clock.local(status.released_at).isoformat() if status.released_at else None
        raise Problem(Code.NOT_RELEASED, _("准考证尚未开放打印。"), opens_at=opens_at)
    if status.pledge is None:
        raise Problem(Code.PLEDGE_REQUIRED)
    seats = list(mine(by, session_code))
    if len(seats) != status.courses:
        raise Problem(Code.STATE_CONFLICT, _("有课程的考场尚未安排，请稍后再试。"))
    return _paper(candidate, status.session, status.pledge, seats, by=by).read()


def make_ahead(*, by: Actor, most: int = BATCH) -> int:
    """Make the tickets of up to `most` people who have signed and are seated, so that the hour of the release finds
    them made; how many. They are handed out from the release on, like any other (`ticket_pdf`)."""
    done = 0
    for pledge, seats in queries.unmade(most):
        try:
            _paper(pledge.candidate, pledge.session, pledge, seats, by=by)
            done += 1
        except Exception:  # one unreadable photo must not keep the others waiting; its owner is told when they print
            log.exception("tickets.not_made", pledge=pledge.pk)
    return done


def _paper(candidate: Candidate, session: ExamSession, pledge: Pledge, seats: list[Seat], *, by: Actor) -> PrivateFile:
    """The ticket's file: the one that was made before, unless something on it has changed."""
    ticket = _ticket(candidate, session)
    facts = paper.facts(candidate, session, pledge, seats, ticket.code)
    digest = paper.digest(candidate, facts)
    made = ticket.file if ticket.digest == digest else None
    return made or _issue(ticket, candidate, facts, digest, by=by)


def _ticket(candidate: Candidate, session: ExamSession) -> Ticket:
    """The row that holds the code; it is there before the first print, since the code is printed."""
    code = "".join(secrets.choice(rules.ALPHABET) for _place in range(rules.CODE_LENGTH))
    found = Ticket.objects.select_related("file", "session")
    return found.get_or_create(candidate=candidate, session=session, defaults={"code": code})[0]


def _issue(ticket: Ticket, candidate: Candidate, facts: dict[str, Any], digest: str, *, by: Actor) -> PrivateFile:
    """Make the paper and keep it. Of two that make it at once the second throws its own away."""
    now = clock.now()
    token = sign(
        rules.payload(ticket.code, digest, ticket.session.code, candidate.user.name, candidate.candidate_number or "")
    )
    address = f"{settings.BASE_URL}/verify/{token}/"
    pictures = {"qr": qr.svg(address)}
    if candidate.photo:
        pictures["photo"] = candidate.photo.read()
    # One that was made ahead comes out of the printer at the release at the earliest.
    printed_at = max(now, ticket.session.tickets_at or now)
    made = render(paper.TEMPLATE, facts | {"verify_url": address, "printed_at": rules.minute(printed_at)}, pictures)
    with transaction.atomic():
        # The file is fetched by itself: joined, it would be the one from before the wait for the lock.
        locked = Ticket.objects.select_for_update().get(pk=ticket.pk)
        if locked.file and locked.digest == digest:
            return locked.file
        locked.file = keep(
            made,
            kind="ticket",
            owner=candidate.user,
            name=f"准考证-{ticket.session.code}.pdf",
            content_type="application/pdf",
        )
        locked.digest, locked.issued_at = digest, now
        locked.save(update_fields=["file", "digest", "issued_at"])
        record("tickets.issue", locked, by=by, session=ticket.session.code, sha256=locked.file.sha256)
        return locked.file
