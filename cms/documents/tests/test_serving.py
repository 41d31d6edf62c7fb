"""An attachment is as public as the notice that shows it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from cms.tests import factories
from portal.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    made = get_document_model()(title="课程表", file=ContentFile(b"PK", "plan.xlsx"), file_size=2)
    made.save()
    return made


def shows(document, page, how="attachment"):
    """A version of the notice that shows the document."""
    stream = page.body.stream_block
    value = {
        "attachment": {"document": document.pk, "title": ""},
        "text": f'<p><a linktype="document" id="{document.pk}">课程表</a></p>',
    }[how]
    page.body = [(how, stream.child_blocks[how].to_python(value))]
    page.save_revision()
    return page


def read(answer):
    """To its end, as the test client asks: what is closed by hand closes the database's connection too."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def status(document, client=None):
    """For a visitor, by the document's address and in the list of Wagtail's API: they agree."""
    client = client or Client()
    answer = client.get(document.url)
    read(answer)
    assert "Content-Encoding" not in answer.headers
    listed = [item["id"] for item in client.get("/api/v1/pages/documents/").json()["items"]]
    assert (listed == [document.pk]) == (answer.status_code == 200)
    return answer.status_code


@pytest.mark.parametrize("how", ["attachment", "text"])
def test_it_opens_when_its_notice_is_published_and_closes_with_it(document, how):
    assert status(document) == 404, "nothing shows it yet"
    page = factories.draft()
    shows(document, page, how).save()
    assert status(document) == 404, "only a draft shows it"
    factories.publish(page)
    assert status(document) == 200
    page.unpublish()
    assert status(document) == 404


def test_a_draft_of_a_published_notice_opens_nothing(document):
    shows(document, factories.news())
    assert status(document) == 404


def test_it_closes_by_the_clock_and_behind_a_restriction(document):
    page = factories.publish(shows(document, factories.draft()))
    page.expire_at = clock.now() + timedelta(hours=1)
    page.save_revision().publish()
    assert status(document) == 200
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert status(document) == 404
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert status(document) == 404


def test_the_desk_sees_what_it_works_on(document, client):
    client.force_login(factories.staff("editor"))
    answer = client.get(document.url)
    read(answer)
    assert answer.status_code == 200


def test_the_folder_itself_is_closed(document, client):
    factories.publish(shows(document, factories.draft()))
    assert client.get(document.file.url).status_code == 404


def test_asking_stays_cheap(document, client, django_assert_max_num_queries):
    factories.publish(shows(document, factories.draft()))
    read(client.get(document.url))
    with django_assert_max_num_queries(6):
        read(client.get(document.url))
