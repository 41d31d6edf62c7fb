"""What a decision costs: few queries, whoever makes it and wherever it leads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from review.applications import actions
from review.applications.rules import Remark
from review.applications.tests.scene import GUILIN, OFFICE, PROVINCE, by, fresh, made, reviewer, submitted

pytestmark = pytest.mark.django_db


def test_a_decision_takes_few_queries(person):
    made(steps=[OFFICE, PROVINCE])
    city = reviewer()
    first, second = reviewer("first_reviewer", "45"), reviewer("second_reviewer", "45")
    cheap(actions.reject, submitted(person), "不符合条件", by=city)
    application = submitted(person)
    cheap(actions.return_, application, [Remark("phone", "号码有误")], by=city)
    actions.submit(application.number, by=by(person))
    cheap(actions.ask, application, GUILIN, "考生在桂林上课", by=city)
    cheap(actions.approve, application, by=reviewer("first_reviewer", GUILIN))
    cheap(actions.approve, application, by=first)
    cheap(actions.approve, application, by=second)
    assert fresh(application).state == "approved"


def cheap(verb, application, *args, by) -> None:
    """At most 12 queries, the begin and end of the transaction among them."""
    revision = fresh(application).revision
    with CaptureQueriesContext(connection) as found:
        verb(application.pk, revision, *args, by=by)
    assert len(found) <= 12, "\n".join(query["sql"][:160] for query in found)
