"""Answers to editors' forms: anonymous, so nothing is told to the audit log."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from cms.built_pages.models import FormAnswer, FormPage
from cms.built_pages.rules import ANSWERS
from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


@transaction.atomic
def answer(page_id: int, values: dict[str, Any], *, token: str, by: Actor) -> FormAnswer:
    """Keep what was answered; the same `token` (a UUID that came with the form) again gives the first answer.

    Raises Problem: `not_found` where the page is not published, `throttled`.
    """
    page = FormPage.objects.live().filter(pk=page_id).first()
    if page is None:
        raise Problem(Code.NOT_FOUND)
    with suppress(limits.Uncounted):  # without a cache nobody counts, and the database holds
        limits.take(ANSWERS, limits.network_of(by.address), "提交过于频繁，请%(wait)s后再试。")
    found: FormAnswer
    found, _ = FormAnswer.objects.get_or_create(page=page, token=_uuid(token), defaults={"form_data": values})
    return found


def _uuid(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError:
        return uuid4()


def forget() -> int:
    """Delete the answers whose time is over; how many there were."""
    gone = 0
    for page in FormPage.objects.only("keep_days"):
        old = FormAnswer.objects.filter(page=page, submit_time__lte=clock.now() - timedelta(days=page.keep_days))
        gone += old.delete()[0]
    return gone
