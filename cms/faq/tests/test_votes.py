"""Whether an answer has helped."""

import pytest
from django.test import Client

from cms.faq.actions import vote
from cms.faq.models import FaqCategory, FaqQuestion, FaqVote
from cms.faq.queries import weighed
from cms.tests.factories import staff
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem
from tests.races import threads

pytestmark = pytest.mark.django_db


def question(text: str = "迟到能进考场吗？", **fields: object) -> FaqQuestion:
    category, _ = FaqCategory.objects.get_or_create(code="exam", defaults={"label": "考试"})
    return FaqQuestion.objects.create(category=category, question=text, answer="<p>不能。</p>", **fields)


def visitor(client: str) -> Actor:
    return Actor(user_id=None, name="", channel="web", address="10.0.0.1", client=client)


def test_one_vote_a_device_and_the_last_word_counts() -> None:
    one, other = question(), question("怎样缴费？")
    for device, is_helpful in (("a", True), ("a", False), ("b", True)):
        vote(one.pk, is_helpful=is_helpful, by=visitor(device))
    vote(other.pk, is_helpful=True, by=visitor("a"))

    counts = {row.pk: (row.helpful, row.unhelpful) for row in weighed()}
    assert counts == {one.pk: (1, 1), other.pk: (1, 0)}
    marks = set(FaqVote.objects.values_list("voter", flat=True))
    assert len(marks) == 3  # the same device under two questions is not to be recognised


def test_what_is_not_public_takes_no_vote() -> None:
    hidden = question(is_published=False)
    with pytest.raises(Problem):
        vote(hidden.pk, is_helpful=True, by=visitor("a"))
    assert not FaqVote.objects.exists()


def test_the_desk_sees_the_unhelpful_first(client: Client) -> None:
    good, bad = question("好"), question("坏")
    vote(good.pk, is_helpful=True, by=visitor("a"))
    vote(bad.pk, is_helpful=False, by=visitor("a"))
    client.force_login(staff("editor"))

    html = client.get("/admin/snippets/cms/faqquestion/?ordering=-unhelpful").content.decode()

    assert html.index(">坏") < html.index(">好")
    assert "没帮助" in html


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_votes_of_one_device_at_once_are_one() -> None:
    one = question()

    done = threads(4, lambda number: vote(one.pk, is_helpful=number % 2 == 0, by=visitor("a")))

    assert done.errors == {}
    assert FaqVote.objects.count() == 1
