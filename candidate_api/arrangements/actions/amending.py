"""What changes after publication: who came late is seated, who left gives the seat back, one person sits elsewhere."""

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.arrangements import queries, rules
from candidate_api.arrangements.actions.drawing import described
from candidate_api.arrangements.messages import MOVED
from candidate_api.arrangements.models import Arrangement, Seat, SeatChange
from candidate_api.arrangements.states import ARRANGEMENT, Why
from candidate_api.sessions.models import ExamSession, Room
from candidate_api.sessions.queries import is_released
from candidate_api.sessions.rules import SLOTS
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.states import Who

_ASIDE = 1000  # added to a seat number while two people change places: no room has so many


@transaction.atomic
def complete(session_code: str, *, by: Actor) -> Arrangement:
    """Seat who was confirmed since the publication, and take back the seats of entries that ended or moved elsewhere.

    Nobody who has a seat is moved. Raises Problem: `permission_denied`, `not_found`, `state_conflict` where the session
    is not published or closed, or where seats are short: `shortages` then lists them, and nothing is written.
    """
    if not queries.may_arrange(by):
        raise Problem(Code.PERMISSION_DENIED)
    session, arrangement = _amended(session_code, by)
    seated, withdrawn = up_to_date(session, arrangement.seed)
    if seated or withdrawn:
        arrangement.done += len(seated) - len(withdrawn)
        arrangement.total = arrangement.done
        _next_version(arrangement)
        changes = [
            _change(arrangement, seat, Why.WITHDRAWN, by, left=(seat.room_id, seat.seat_no)) for seat in withdrawn
        ]
        changes += [_change(arrangement, seat, Why.LATE, by, taken=(seat.room_id, seat.seat_no)) for seat in seated]
        SeatChange.objects.bulk_create(changes)
    facts = {"version": arrangement.version, "seated": len(seated), "withdrawn": len(withdrawn)}
    record("arrangements.complete", arrangement, by=by, session=session.code, **facts)
    return arrangement


@transaction.atomic
def move(registration_id: int, room_id: int, seat_no: int, reason: str, *, by: Actor) -> Arrangement:
    """Put one entry on another chair of its district; whoever sits there takes the chair that becomes free.

    Both are told, once the session is released. Raises Problem: `not_found` for what the actor does not see,
    `validation_failed` for a chair that is not there or not for one of them, `state_conflict` where the session is not
    published or closed, or the examination has begun.
    """
    seen = queries.seats_of(by)
    found = seen.filter(registration=registration_id).first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    session, arrangement = _amended(found.session.code, by)
    seat = seen.filter(registration=registration_id).first()  # again, now that nobody else moves anybody
    if seat is None:
        raise Problem(Code.NOT_FOUND)
    if seat.sitting.starts_at <= clock.now():
        raise Problem(Code.STATE_CONFLICT, _("该场考试已开始，不能再调整座位。"))
    rooms = {room.pk: room for room in queries.rooms_for_update(seat.room.site.district_id)}
    room = rooms.get(room_id)
    if room is None:
        raise invalid("room", "invalid", _("该考场不在考生报考的考区。"))
    if not 1 <= seat_no <= room.seats:
        raise invalid("seat_no", "invalid", _("该考场的座位号为1至%(seats)d。") % {"seats": room.seats})
    if (seat.room_id, seat.seat_no) == (room_id, seat_no):
        raise invalid("seat_no", "invalid", _("考生就在这个座位。"))
    other = queries.on_chair(session, seat.slot, room, seat_no)
    _refuse_unfit(session, seat, room)
    if other is not None:
        _refuse_unfit(session, other, rooms[seat.room_id])
    _next_version(arrangement)
    _exchange(arrangement, seat, room, seat_no, other, reason, by)
    return arrangement


def up_to_date(session: ExamSession, seed: str) -> tuple[list[Seat], list[Seat]]:
    """Seat who waits and take back what does not count any more, in the caller's transaction: seated, withdrawn.

    Raises Problem `state_conflict` with `shortages` where seats are short.
    """
    withdrawn = list(queries.outdated(session))
    Seat.objects.filter(pk__in=[seat.pk for seat in withdrawn]).delete()
    seated: list[Seat] = []
    short: list[rules.Shortage] = []
    for (district, slot), waiting in sorted(queries.waiting(session, seed).items()):
        places = rules.seat_late(waiting, queries.hall(session, queries.rooms_for_update(district), slot))
        for one in waiting:
            if one.registration in places:
                room, number = places[one.registration]
                seated.append(
                    Seat(
                        registration_id=one.registration,
                        room_id=room,
                        seat_no=number,
                        session=session,
                        slot=slot,
                        candidate_id=one.candidate,
                    )
                )
        for accommodated in (True, False):
            left = sum(one.accommodated == accommodated and one.registration not in places for one in waiting)
            if left:
                short.append(rules.Shortage(district, slot, accommodated, left))
    if short:
        _refuse(short)
    return Seat.objects.bulk_create(seated), withdrawn


def _refuse(short: list[rules.Shortage]) -> None:
    told = described(short)
    labels = {slot.number: str(slot.label) for slot in SLOTS}
    sentences = {False: _("%(district)s%(slot)s缺%(short)d个"), True: _("%(district)s%(slot)s缺%(short)d个无障碍座位")}
    places = "；".join(
        sentences[one.accessible] % {"district": row["district_name"], "slot": labels[one.slot], "short": one.short}
        for one, row in zip(short, told, strict=True)
    )
    raise Problem(Code.STATE_CONFLICT, _("座位不足，未作任何安排：%(places)s。") % {"places": places}, shortages=told)


def _amended(session_code: str, by: Actor) -> tuple[ExamSession, Arrangement]:
    """The locked session with its arrangement, if it may be amended."""
    session = queries.session_for_update(session_code)
    arrangement = queries.of_session(session)
    if arrangement is None:
        raise Problem(Code.NOT_FOUND, _("该考期还没有编排考场。"))
    ARRANGEMENT.check(arrangement.state, "amend", Who.SYSTEM if by.is_system else Who.STAFF)
    if session.closed:
        raise Problem(Code.STATE_CONFLICT, _("该考期已结束，不能再安排考场。"))
    return session, arrangement


def _refuse_unfit(session: ExamSession, seat: Seat, room: Room) -> None:
    category, accommodated = seat.candidate.category, queries.is_accommodated(session, seat.candidate_id)
    if rules.may_sit(queries.pool_of(room), category=category, accommodated=accommodated):
        return
    if room.accessible != accommodated:
        raise invalid("room", "invalid", _("无障碍考场只安排获准合理便利的考生，获准的考生也只安排在无障碍考场。"))
    raise invalid("room", "invalid", _("社会考生只能安排在市直考点。"))


def _exchange(
    arrangement: Arrangement, seat: Seat, room: Room, seat_no: int, other: Seat | None, reason: str, by: Actor
) -> None:
    left, taken = (seat.room_id, seat.seat_no), (room.pk, seat_no)
    moves = [(seat, left, taken)]
    if other is not None:
        moves.append((other, taken, left))
        Seat.objects.filter(pk=seat.pk).update(seat_no=seat.seat_no + _ASIDE)
        Seat.objects.filter(pk=other.pk).update(room_id=left[0], seat_no=left[1])
    Seat.objects.filter(pk=seat.pk).update(room_id=taken[0], seat_no=taken[1])
    SeatChange.objects.bulk_create(
        [_change(arrangement, one, Why.MOVED, by, left=was, taken=now, note=reason) for one, was, now in moves]
    )
    entries = [one.registration_id for one, _was, _now in moves]
    record("arrangements.move", arrangement, by=by, note=reason, version=arrangement.version, entries=entries)
    if is_released(arrangement.session):  # before, nobody was told of a seat
        for one, _was, _now in moves:
            say(
                f"arrangement:{arrangement.pk}:{arrangement.version}:{one.registration_id}",
                MOVED,
                {"session": arrangement.session.name, "course": one.registration.course.name},
                to=one.candidate.user,
                link="/business/arrangements/",
            )


def _next_version(arrangement: Arrangement) -> None:
    arrangement.version += 1
    arrangement.save(update_fields=["version", "done", "total"])


def _change(
    arrangement: Arrangement,
    seat: Seat,
    why: Why,
    by: Actor,
    *,
    left: tuple[int | None, int | None] = (None, None),
    taken: tuple[int | None, int | None] = (None, None),
    note: str = "",
) -> SeatChange:
    return SeatChange(
        arrangement=arrangement,
        version=arrangement.version,
        registration_id=seat.registration_id,
        slot=seat.slot,
        why=why,
        from_room_id=left[0],
        from_seat=left[1],
        to_room_id=taken[0],
        to_seat=taken[1],
        note=note,
        by_id=by.user_id,
        at=clock.now(),
    )
