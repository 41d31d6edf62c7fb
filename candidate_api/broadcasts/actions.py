"""群发消息: drafted, looked at with its number, confirmed with that number, sent in the background, retried."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.broadcasts import queries
from candidate_api.broadcasts.messages import NOTICE, REMINDER
from candidate_api.broadcasts.models import Broadcast
from candidate_api.broadcasts.states import BATCH, BROADCAST, MAY_BROADCAST, MOST_RETRIED, MOST_TITLE, MOST_WORDS
from candidate_api.catalogue.models import District, Major
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.messages import actions as outbox
from portal.kernel.states import Who
from portal.kernel.work import wake


@transaction.atomic
def draft(
    title: str,
    text: str,
    *,
    session: ExamSession | None = None,
    district: District | None = None,
    major: Major | None = None,
    remind: bool = False,
    by: Actor,
) -> Broadcast:
    """Write it down; nobody is told yet. Without session, district and major it is for every candidate.

    Raises Problem: `permission_denied`, `validation_failed`.
    """
    _authorise(by)
    title, text = title.strip(), text.strip()
    if not title or len(title) > MOST_TITLE or "\n" in title:
        raise invalid("title", "invalid", _("标题须为一行、不超过%(most)d字。") % {"most": MOST_TITLE})
    if not text or len(text) > MOST_WORDS:
        raise invalid("text", "invalid", _("正文须为1至%(most)d字。") % {"most": MOST_WORDS})
    made = Broadcast.objects.create(
        title=title,
        text=text,
        session=session,
        district=district,
        major=major,
        remind=remind,
        drafted_by=by.name,
        drafted_at=clock.now(),
    )
    record("broadcasts.draft", made, by=by, to_state=made.state, title=title, **_filter(made))
    return made


@transaction.atomic
def confirm(broadcast_id: int, count: int, *, by: Actor) -> Broadcast:
    """Send it to the `count` people that the dry run has named.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where it is no draft any more, where the number
    has changed since, or where nobody would be reached.
    """
    _authorise(by)
    broadcast = queries.for_update(broadcast_id)
    BROADCAST.check(broadcast.state, "confirm", Who.STAFF)
    found = queries.recipients(broadcast).count()
    if found == 0:
        raise Problem(Code.STATE_CONFLICT, _("没有符合条件的考生，不能发送。"))
    if found != count:
        sentence = _("符合条件的考生现在是%(found)d人，与您填写的人数不同，请核对后再确认。") % {"found": found}
        raise Problem(Code.STATE_CONFLICT, sentence)
    broadcast.confirm()
    broadcast.counted, broadcast.confirmed_by, broadcast.confirmed_at = found, by.name, clock.now()
    broadcast.save()
    record("broadcasts.confirm", broadcast, by=by, from_state="draft", to_state=broadcast.state, counted=found)
    wake("broadcasts.send_due")
    return broadcast


@transaction.atomic
def discard(broadcast_id: int, *, by: Actor) -> Broadcast:
    """Do not send a draft. Raises Problem: `permission_denied`, `not_found`, `state_conflict`."""
    _authorise(by)
    broadcast = queries.for_update(broadcast_id)
    BROADCAST.check(broadcast.state, "discard", Who.STAFF)
    broadcast.discard()
    broadcast.save()
    record("broadcasts.discard", broadcast, by=by, from_state="draft", to_state=broadcast.state)
    return broadcast


def send_due(*, by: Actor) -> int:
    """Queue what was confirmed, a thousand people in each transaction; how many people were told now.

    Whoever died half way is gone on from where they were; two at once wait for each other, and nobody is told twice.
    """
    told = 0
    for broadcast_id in queries.to_send():
        while batch := _send_some(broadcast_id, by=by):
            told += batch
    return told


@transaction.atomic
def _send_some(broadcast_id: int, *, by: Actor) -> int:
    broadcast = queries.for_update(broadcast_id)
    if broadcast.state != "sending":
        return 0
    people = list(queries.recipients(broadcast).filter(pk__gt=broadcast.last_user)[:BATCH])
    if people:
        outbox.say_many(
            broadcast.event,
            NOTICE,
            {"title": broadcast.title, "text": broadcast.text},
            to=people,
            link="/me/messages/",
        )
        if broadcast.remind:
            outbox.say_many(broadcast.event, REMINDER, {"title": broadcast.title}, to=people)
        broadcast.last_user, broadcast.reached = people[-1].pk, broadcast.reached + len(people)
    else:
        broadcast.finish()
        broadcast.finished_at = clock.now()
        facts: dict[str, Any] = {"from_state": "sending", "to_state": broadcast.state, "reached": broadcast.reached}
        record("broadcasts.finish", broadcast, by=by, **facts)
    broadcast.save()
    return len(people)


def retry_failed(broadcast_id: int, *, by: Actor) -> int:
    """Queue what did not get through again, up to `MOST_RETRIED` at a time; how many. Raises `permission_denied`,
    `not_found`."""
    _authorise(by)
    failed = queries.failures(queries.one(by, broadcast_id)).values_list("pk", flat=True)
    retried = 0
    for message_id in list(failed[:MOST_RETRIED]):
        try:
            outbox.retry(message_id, by=by)
        except Problem as problem:  # a colleague was faster
            if problem.code != Code.STATE_CONFLICT:
                raise
        else:
            retried += 1
    return retried


def _authorise(by: Actor) -> None:
    if not by.has_role(*MAY_BROADCAST):
        raise Problem(Code.PERMISSION_DENIED)


def _filter(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "session": broadcast.session.code if broadcast.session else "",
        "district": broadcast.district.code if broadcast.district else "",
        "major": broadcast.major.code if broadcast.major else "",
        "remind": broadcast.remind,
    }
