"""A session's seats are asked for, and drawn by lot in the background: district by district, each in a transaction."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.arrangements import queries, rules
from candidate_api.arrangements.models import Arrangement, Seat
from candidate_api.arrangements.statements import clashes, seat_the_waiting
from candidate_api.arrangements.states import ARRANGEMENT
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.states import Who
from portal.kernel.work import wake

LEASE = timedelta(minutes=5)  # longer than the largest district takes


@transaction.atomic
def request(session_code: str, seed: str, *, by: Actor) -> Arrangement:
    """Have the seats of the session drawn from `seed`: for the first time, or anew while they are not published.

    The same seed over the same entries and rooms gives the same seats. Raises Problem: `permission_denied`,
    `not_found`, `validation_failed` for a seed that is empty or too long, `state_conflict` for a closed session, one
    that is being drawn, or one that is published: from then on there are only amendments.
    """
    if not queries.may_arrange(by):
        raise Problem(Code.PERMISSION_DENIED)
    if not 1 <= len(seed) <= rules.LARGEST_SEED or not seed.isprintable():
        raise invalid("seed", "invalid", _("随机种子须为1至64个可见字符。"))
    session = queries.session_for_update(session_code)
    if session.closed:
        raise Problem(Code.STATE_CONFLICT, _("该考期已结束，不能再安排考场。"))
    arrangement = queries.of_session(session)
    before = arrangement.state if arrangement else ""
    if arrangement is None:
        arrangement = Arrangement(session=session)
    else:
        ARRANGEMENT.check(arrangement.state, "redraw", Who.STAFF)
        arrangement.redraw()
        Seat.objects.filter(session=session).delete()
    arrangement.seed, arrangement.requested_by_id, arrangement.requested_at = seed, by.user_id, clock.now()
    arrangement.total = arrangement.done = arrangement.clashes = 0
    arrangement.drawn_at, arrangement.shortages = None, []
    arrangement.save()
    facts = {"from_state": before, "to_state": arrangement.state, "session": session.code, "seed": seed}
    record("arrangements.request", arrangement, by=by, **facts)
    wake("arrangements.draw_due")
    return arrangement


def draw_due(*, by: Actor) -> int:
    """Draw every session that waits, and those whose worker has gone; how many. Two workers take different ones."""
    return sum(_draw(code, by=by) for code in queries.queued())


def _draw(session_code: str, *, by: Actor) -> bool:
    arrangement = _take(session_code, by=by)
    if arrangement is None:
        return False
    waiting = queries.needs(arrangement.session)
    for district in sorted({need.district for need in waiting}):
        if not _draw_district(arrangement, district):
            return False
    return _finish(arrangement, by=by)


@transaction.atomic
def _take(session_code: str, *, by: Actor) -> Arrangement | None:
    """The session's arrangement, as if nobody had begun it. None where another has it, or where seats are short."""
    session = queries.session_for_update(session_code)
    arrangement = queries.of_session(session)
    if arrangement is None or session_code not in queries.queued():
        return None
    Seat.objects.filter(session=session).delete()
    needs = queries.needs(session)
    if short := rules.shortages(needs, queries.capacity()):
        _run_short(arrangement, short, by=by)
        return None
    arrangement.token, arrangement.leased_until = uuid4(), clock.now() + LEASE
    arrangement.done, arrangement.total = 0, sum(need.number for need in needs)
    arrangement.save()
    return arrangement


def _run_short(arrangement: Arrangement, short: list[rules.Shortage], *, by: Actor) -> None:
    ARRANGEMENT.check(arrangement.state, "run_short", Who.SYSTEM)
    before = arrangement.state
    arrangement.run_short()
    arrangement.shortages = described(short)
    arrangement.token = arrangement.leased_until = None
    arrangement.drawn_at = clock.now()
    arrangement.save()
    facts = {"from_state": before, "to_state": arrangement.state, "shortages": arrangement.shortages}
    record("arrangements.run_short", arrangement, by=by, **facts)


@transaction.atomic
def _draw_district(arrangement: Arrangement, district: int) -> bool:
    """Seat one district, accessible rooms first; False where another worker has the arrangement now."""
    session = _held(arrangement)
    if session is None:
        return False
    pools = {queries.pool_of(room) for room in queries.rooms_for_update(district)}
    for pool in rules.POOLS:
        if pool in pools:
            arrangement.done += seat_the_waiting(session, district, pool, arrangement.seed)
    arrangement.total = max(arrangement.total, arrangement.done)  # somebody was confirmed meanwhile
    arrangement.leased_until = clock.now() + LEASE
    arrangement.save(update_fields=["done", "total", "leased_until"])
    return True


@transaction.atomic
def _finish(arrangement: Arrangement, *, by: Actor) -> bool:
    session = _held(arrangement)
    if session is None:
        return False
    ARRANGEMENT.check(arrangement.state, "finish", Who.SYSTEM)
    before = arrangement.state
    arrangement.finish()
    arrangement.total, arrangement.clashes, arrangement.drawn_at = arrangement.done, clashes(session), clock.now()
    arrangement.token = arrangement.leased_until = None
    arrangement.save()
    facts = {"from_state": before, "to_state": arrangement.state, "seed": arrangement.seed}
    record("arrangements.finish", arrangement, by=by, seated=arrangement.done, clashes=arrangement.clashes, **facts)
    return True


def _held(arrangement: Arrangement) -> ExamSession | None:
    """The session, locked, if this worker still has its arrangement."""
    session = queries.session_for_update(arrangement.session.code)
    held = arrangement.token is not None and queries.held(arrangement, arrangement.token)
    return session if held else None


def described(short: list[rules.Shortage]) -> list[dict[str, object]]:
    """Shortages with the district's code and name, as they are told and kept."""
    names = queries.district_names({one.district for one in short})
    return [
        {
            "district": names[one.district][0],
            "district_name": names[one.district][1],
            "slot": one.slot,
            "accessible": one.accessible,
            "short": one.short,
        }
        for one in short
    ]
