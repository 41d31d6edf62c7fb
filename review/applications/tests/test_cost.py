"""What a decision costs: few queries, whoever makes it and wherever it leads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from review.applications import actions
from review.applications.rules import Remark
from review.applications.tests.scene import GUILIN, OFFICE, PROVINCE, by, fresh, made, reviewer, submitted

pytestmark = pytest.mark.django_db


MOST = 12  # the begin and end of the transaction among them


def test_a_decision_takes_few_queries(person):
    made(steps=[OFFICE, PROVINCE])
    city = reviewer()
    first, second = reviewer("first_reviewer", "45"), reviewer("second_reviewer", "45")
    found = {"reject": asked(actions.reject, submitted(person), "不符合条件", by=city)}
    application = submitted(person)
    found["return"] = asked(actions.return_, application, [Remark("phone", "号码有误")], by=city)
    actions.submit(application.number, by=by(person))
    found["ask"] = asked(actions.ask, application, GUILIN, "考生在桂林上课", by=city)
    found["pass on"] = asked(actions.approve, application, by=reviewer("first_reviewer", GUILIN))
    found["first of two"] = asked(actions.approve, application, by=first)
    found["last"] = asked(actions.approve, application, by=second)
    assert fresh(application).state == "approved"
    assert found == {"reject": 9, "return": 10, "ask": 10, "pass on": 9, "first of two": 7, "last": 9}
    assert max(found.values()) <= MOST


def asked(verb, application, *args, by) -> int:
    """How many queries a decision takes."""
    revision = fresh(application).revision
    with CaptureQueriesContext(connection) as captured:
        verb(application.pk, revision, *args, by=by)
    return len(captured)
