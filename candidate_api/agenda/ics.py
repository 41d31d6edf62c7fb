"""The agenda as a calendar file (RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar
from icalendar import Event as Entry

from candidate_api.agenda.queries import Event
from portal.kernel import clock

# What must be done is recalled a day before.
EARLIER = timedelta(days=1)


def calendar(events: Iterable[Event]) -> bytes:
    """A file for the telephone's calendar. The same event keeps its UID, so that importing it again moves it."""
    host, now = urlsplit(settings.BASE_URL).hostname, clock.now()
    made = Calendar()
    made.add("prodid", "-//Guangxi Self-Taught Examinations//Portal//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("广西自考：办理时间和考试"))
    made.add("x-wr-timezone", clock.SHANGHAI.key)
    for event in events:
        entry = Entry()
        entry.add("uid", f"{event.uid}@{host}")
        entry.add("dtstamp", now)
        entry.add("last-modified", event.changed_at)
        entry.add("summary", event.title)
        entry.add("dtstart", event.starts_at)
        if event.ends_at is not None:
            entry.add("dtend", event.ends_at)
        for name, value in (("location", event.place), ("description", event.text)):
            if value:
                entry.add(name, value)
        if event.link:
            entry.add("url", f"{settings.BASE_URL}{event.link}")
        if event.urgent:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", event.title)
            alarm.add("trigger", -EARLIER)
            entry.add_component(alarm)
        made.add_component(entry)
    return made.to_ical()
