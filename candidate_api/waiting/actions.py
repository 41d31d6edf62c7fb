"""排队等候 before the write journeys: the room opens, people take a place, the first are let in."""

from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.waiting import queries
from candidate_api.waiting.models import WaitingPlace, WaitingRoom
from candidate_api.waiting.queries import NO_LINE, Standing
from candidate_api.waiting.rules import ENTRY_LIFE, KEPT, MAY_SWITCH, OPEN_FOR, SEEN_EVERY, Mode, allowance, spent
from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid

log = structlog.get_logger("portal.waiting")
_MINUTE = timedelta(minutes=1)


def enter(*, by: Actor) -> Standing:
    """Called at the door of each write journey, outside its transaction: who must wait gets a place, which stays.

    Raises Problem `waiting_room` with `position` and `estimate` (seconds). Without a line nothing is written, and
    what is counted is counted in the cache: where that is away the room does not open by itself, and nobody waits.
    """
    now = clock.now()
    found, is_open = queries.known.look(now)
    if not is_open and (found.mode == Mode.OFF or not _rush(found) or not _open_by_itself(now)):
        return NO_LINE
    where = take_place(by=by)
    if where.may_enter:
        return where
    words = {"position": where.position, "minutes": -(-where.seconds // 60)}
    detail = _("现在办理的人较多，请排队等候：您排在第%(position)d位，预计约%(minutes)d分钟。位置会为您保留。") % words
    raise Problem(
        Code.WAITING_ROOM,
        detail,
        retry_after=where.ask_again,
        position=where.position,
        estimate=where.seconds,
    )


def take_place(*, by: Actor) -> Standing:
    """The actor's place in the line, taken if they have none, after letting in whoever's turn it is.

    Asking again changes nothing but that they are still there. A place is a person's, of whichever device.
    """
    now = clock.now()
    found, is_open = queries.known.look(now)
    if not is_open:
        return NO_LINE
    place = queries.place_of(by, found, now) or _arrive(by, found, now)
    if place.until is None:
        _seen(place, now)
        let_in()
        place.refresh_from_db()
    elif place.until - now < ENTRY_LIFE / 2:  # goes on writing: is not sent back half way
        place.until = now + ENTRY_LIFE
        place.save(update_fields=["until"])
    return queries.standing(place, found)


def _arrive(by: Actor, found: WaitingRoom, now: datetime) -> WaitingPlace:
    """A place at the end of the line. Of two requests of one person the second finds the first one's; who comes back
    after their entry was over stands at the end again."""
    own = WaitingPlace.objects.filter(opening=found.opening, user_id=by.user_id)
    try:
        with transaction.atomic():
            own.filter(until__lte=now).delete()
            return WaitingPlace.objects.create(opening=found.opening, user_id=by.user_id, arrived_at=now, seen_at=now)
    except IntegrityError:
        return own.get()


def _seen(place: WaitingPlace, now: datetime) -> None:
    if now - place.seen_at >= SEEN_EVERY:
        WaitingPlace.objects.filter(pk=place.pk).update(seen_at=now)


@transaction.atomic
def let_in() -> int:
    """Let in as many as the rate allows since the last time, first come first; how many.

    Whoever asks does it for all; while somebody is at it the others go on with what they know.
    """
    found = queries.for_update(patient=False)
    if found is None:
        return 0
    now = clock.now()
    number, since = allowance(found.counted_at, now, found.per_minute)
    first = list(queries.line(found, now).values_list("pk", flat=True)[:number])
    if not first:
        return 0
    found.counted_at = since + spent(len(first), found.per_minute)
    if found.open_until is not None:
        found.open_until = max(found.open_until, now + OPEN_FOR)
    found.save(update_fields=["counted_at", "open_until"])
    return WaitingPlace.objects.filter(pk__in=first).update(admitted_at=now, until=now + ENTRY_LIFE)


def _rush(found: WaitingRoom) -> bool:
    """Whether this is one write too many for a minute."""
    try:
        return limits.count(limits.Limit("write-journeys", found.opens_above, _MINUTE), "all") > 0
    except limits.Uncounted:
        return False


@transaction.atomic
def _open_by_itself(now: datetime) -> bool:
    """Open the room for a while; False where staff have just said that there is to be none."""
    found = _locked()
    if found.mode == Mode.OFF:
        return False
    if not queries.is_open(found, now):
        _anew(found, now)
        found.open_until = now + OPEN_FOR
        found.save()
        record("waiting.open", found, by=Actor.system("load"), opening=found.opening, above=found.opens_above)
        log.warning("waiting.open", opening=found.opening)
    queries.changed()
    return True


@transaction.atomic
def set_room(mode: str, per_minute: int, opens_above: int, reason: str, *, by: Actor) -> WaitingRoom:
    """开启, 关闭, or by load, and how quickly the line moves; administrators of the province, with a reason.

    Who waits keeps the place when only the numbers change. Raises Problem: `permission_denied`, `validation_failed`.
    """
    if not by.has_role_at_top(*MAY_SWITCH):
        raise Problem(Code.PERMISSION_DENIED)
    if mode not in Mode.values:
        raise invalid("mode", "unknown", _("没有这种方式。"))
    for name, number in (("per_minute", per_minute), ("opens_above", opens_above)):
        if not 1 <= number <= 1_000_000:
            raise invalid(name, "out_of_range", _("请填写1至1000000之间的整数。"))
    found, now = _locked(), clock.now()
    before = {"mode": found.mode, "per_minute": found.per_minute, "opens_above": found.opens_above}
    was_open = queries.is_open(found, now)
    found.mode, found.per_minute, found.opens_above, found.changed_at = mode, per_minute, opens_above, now
    found.open_until = now + OPEN_FOR if was_open and mode == Mode.AUTO else None
    if queries.is_open(found, now) and not was_open:
        _anew(found, now)
    found.save()
    after = {"mode": mode, "per_minute": per_minute, "opens_above": opens_above}
    record("waiting.set", found, by=by, note=reason, before=before, after=after)
    queries.changed()
    return found


def _anew(found: WaitingRoom, now: datetime) -> None:
    found.opening += 1
    found.counted_at = now


def _locked() -> WaitingRoom:
    """The room, locked, made where there is none yet."""
    now = clock.now()
    WaitingRoom.objects.bulk_create([WaitingRoom(counted_at=now, changed_at=now)], ignore_conflicts=True)
    found = queries.for_update()
    if found is None:
        raise AssertionError("the room was made just now")
    return found


def forget(limit: int = 10_000) -> int:
    """Delete the places of a day ago, in batches; how many went."""
    old = WaitingPlace.objects.filter(arrived_at__lt=clock.now() - KEPT).values_list("pk", flat=True)
    gone, _rows = WaitingPlace.objects.filter(pk__in=list(old[:limit])).delete()
    return gone
