"""Voting on an answer: anonymous, so nothing is told to the audit log."""

from contextlib import suppress

from django.db import transaction

from cms.faq.models import FaqQuestion, FaqVote
from cms.faq.rules import VOTES
from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.errors import Code, Problem


@transaction.atomic
def vote(question_id: int, *, is_helpful: bool, by: Actor) -> FaqVote:
    """Say whether the answer has helped; said again, the last word counts.

    One vote for each person who is signed in, else for each device, else for each address.
    Raises Problem: `not_found`, `throttled`.
    """
    question = FaqQuestion.objects.filter(pk=question_id, is_published=True).first()
    if question is None:
        raise Problem(Code.NOT_FOUND)
    with suppress(limits.Uncounted):  # without a cache nobody counts, and an opinion does no harm
        limits.take(VOTES, limits.network_of(by.address), "评价过于频繁，请%(wait)s后再试。")
    found, _ = FaqVote.objects.update_or_create(
        question=question,
        voter=blind_index(f"{question.pk}:{by.user_id or by.client or by.address}", "faq-votes"),
        defaults={"is_helpful": is_helpful, "voted_on": clock.today()},
    )
    return found
