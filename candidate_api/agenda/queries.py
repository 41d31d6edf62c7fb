"""What somebody has to think of, and when: 办理时间 as they stand for them, applications that wait for them, exams."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from candidate_api.arrangements.queries import mine as seats_of
from candidate_api.registrations.queries import mine as entries_of
from cms.windows.queries import announced
from cms.windows.rules import Phase, deadline
from portal.kernel import clock
from portal.kernel.actor import Actor
from review.applications.queries import waiting_for_applicant

# What ends later than this is no deadline that anybody notes down.
AHEAD = timedelta(days=400)


@dataclass(frozen=True)
class Event:
    """One thing at an instant, or from one to another. `uid` stays the same whatever becomes of it."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    changed_at: datetime
    place: str = ""
    text: str = ""
    link: str = ""
    urgent: bool = False  # something must be done by then


def agenda(actor: Actor) -> list[Event]:
    """The actor's own, by time; what is over is left out. Four queries."""
    now = clock.now()
    events = [*_windows(actor, now), *_applications(actor, now), *_exams(actor, now)]
    return sorted(
        (event for event in events if now < event.starts_at <= now + AHEAD), key=lambda e: (e.starts_at, e.uid)
    )


def _windows(actor: Actor, now: datetime) -> Iterator[Event]:
    for window in announced(actor.user_id, now):
        shared = {"changed_at": window.updated_at, "text": window.notice, "link": "/windows/"}
        name = str(window)
        yield Event(f"window-{window.pk}-opens", _("开始：%(what)s") % {"what": name}, window.opens_at, None, **shared)
        if window.phase != Phase.RELEASE:
            if window.is_extended:
                shared["text"] = _("已为您个别延期至%(until)s。") % {"until": deadline(window.ends_at)} + window.notice
            title = _("截止：%(what)s") % {"what": name}
            yield Event(f"window-{window.pk}-closes", title, window.ends_at, None, urgent=True, **shared)


def _applications(actor: Actor, now: datetime) -> Iterator[Event]:
    for application in waiting_for_applicant(actor).filter(due_at__gt=now):
        assert application.due_at is not None  # noqa: S101 -- found by it
        facts = {"title": application.type.title, "state": application.state_label}
        yield Event(
            f"application-{application.number}",
            _("办理期限：%(title)s") % facts,
            application.due_at,
            None,
            changed_at=now,
            text=application.state_label,
            link=f"/business/applications/{application.number}/",
            urgent=True,
        )


def _exams(actor: Actor, now: datetime) -> Iterator[Event]:
    seats = {seat.registration_id: seat for seat in seats_of(actor)}
    for entry in entries_of(actor).filter(state="confirmed", session__second_day__gte=clock.local(now).date()):
        sitting, seat = entry.session.slots[entry.slot - 1], seats.get(entry.pk)
        place, text = entry.district.name, _("考点、考场和座位见准考证。")
        if seat is not None:
            place = f"{seat.room.site.name} {seat.room.site.address}"
            text = _("考场%(room)s 座位%(seat)s。请携带准考证和身份证件。") % {
                "room": seat.room.number,
                "seat": f"{seat.seat_no:02d}",
            }
        yield Event(
            f"exam-{entry.pk}",
            _("自学考试：%(course)s") % {"course": f"{entry.course.code} {entry.course.name}"},
            sitting.starts_at,
            sitting.ends_at,
            changed_at=now,
            place=place,
            text=text,
            link="/business/tickets/",
        )
