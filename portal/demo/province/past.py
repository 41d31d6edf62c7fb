"""What the last session has left of one candidate: entries, a paid order, scores."""

from datetime import timedelta
from random import Random

from django.db import transaction

from candidate_api.candidates.models import Candidate
from candidate_api.results.models import Score
from candidate_api.results.states import PASS_MARK, Status
from candidate_api.sessions.models import ExamSession
from portal.demo.province.ledger import Entry, Purchase, after
from portal.demo.province.make import TABLES
from portal.demo.province.store import Store
from portal.demo.province.terms import Seats, keep, terms
from portal.kernel import clock
from portal.kernel.actor import Actor


@transaction.atomic
def sat(candidate: Candidate, session: ExamSession, marks: list[int], *, by: Actor) -> None:
    """Let the candidate have registered and paid for courses of their own plan, and sat them with these marks.

    The session is over and its scores are out, so that no verb can do it any more: these are the rows that the verbs
    would have left.
    """
    assert session.scores_at is not None  # noqa: S101 -- they are out
    assert candidate.district is not None  # noqa: S101 -- whoever has a major has a district
    [term] = [term for term in terms(clock.now(), by=by) if term.session.pk == session.pk]
    by_slot = {row.slot: row for row in reversed(term.by_major[candidate.major_id])}
    entries = [Entry(by_slot[slot], candidate.district) for slot in sorted(by_slot)[: len(marks)]]
    seats = Seats()
    for entry in entries:
        seats.take((session.pk, candidate.district.pk, entry.offering.slot))
    at = after(term.opens_at, 3600)
    store = Store(*TABLES)
    purchase = Purchase(store, Random("demo"), Actor.of(candidate.user, "web"), candidate.pk, term, entries, at)  # noqa: S311 -- a story
    attempt = purchase.start(after(at, 20))
    purchase.confirm(attempt, purchase.take_money(attempt, after(at, 90)))
    for entry, mark in zip(entries, marks, strict=False):
        store.row(
            Score,
            candidate_id=candidate.pk,
            session_id=session.pk,
            course_id=entry.offering.course_id,
            score=mark,
            status=Status.PASSED if mark >= PASS_MARK else Status.FAILED,
            recorded_at=session.scores_at - timedelta(days=3),
        )
    store.write()
    keep(seats.taken)
    store.seal()
