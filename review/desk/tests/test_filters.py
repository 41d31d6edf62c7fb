"""A kept filter means what the list's own form means by it."""

import pytest
from django.http import QueryDict

from review.applications.models import Application
from review.applications.tests.conftest import person  # noqa: F401 -- a fixture
from review.applications.tests.scene import made, submitted
from review.desk.filters import QueueFilters
from review.desk.queries import condition, soon_until

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "query",
    ["", "turn=office", "turn=candidate", "state=submitted", "state=approved&turn=office", "office={office}",
     "type={type}&turn=office", "type=0", "office=x", "type=9" + "9" * 40, "turn=&state=", "p=2&turn=office",
     "due=ok", "due=soon", "due=overdue&turn=office", "due=ok&turn=candidate", "due=x"],
)  # fmt: skip
def test_it_finds_what_the_list_finds(person, query):  # noqa: F811
    made()
    application = submitted(person)
    query = query.format(office=application.office_id, type=application.type_id)
    form = QueueFilters(QueryDict(query), queryset=Application.objects.all())
    listed = list(form.qs) if form.is_valid() else []
    assert list(Application.objects.filter(condition(query, soon_until()))) == listed
