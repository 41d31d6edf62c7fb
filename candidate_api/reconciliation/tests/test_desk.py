"""对账 at the desk."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.reconciliation.models import Difference, Statement
from portal.kernel import clock
from portal.kernel.tests.staff import member

pytestmark = pytest.mark.django_db
LIST, BILLS = "/admin/reconciliation/", "/admin/reconciliation/statements/"


def at_desk(role: str = "finance", office: str = "45", number: int = 1) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


def differences(count: int) -> None:
    day = clock.today() - timedelta(days=1)
    statement, _made = Statement.objects.get_or_create(channel="wechat", day=day, defaults={"due_at": clock.now()})
    Difference.objects.bulk_create(
        Difference(
            statement=statement,
            kind="unknown_payment",
            number=f"ELSEWHERE-{n}",
            theirs_fen=4000,
            found_at=clock.now() - timedelta(days=5),
        )
        for n in range(Difference.objects.count(), count)
    )


@pytest.mark.parametrize(
    ("role", "office", "sees"),
    [
        ("finance", "45", True),
        ("auditor", "45", True),
        ("administrator", "45", True),
        ("finance", "450100", False),
        ("editor", "45", None),
        ("support", "45", None),
    ],
)
def test_each_role_sees_it_or_is_refused(role: str, office: str, sees: bool | None) -> None:
    differences(1)
    answer = at_desk(role, office).get(LIST)
    assert answer.status_code == (302 if sees is None else 200)
    assert ("ELSEWHERE-0" in answer.content.decode()) == bool(sees)


@pytest.mark.parametrize(("path", "queries"), [(LIST, 11), (BILLS, 11)])
def test_one_and_fifty_rows_take_the_same_queries(path: str, queries: int) -> None:
    desk = at_desk()
    desk.get(path)
    for count in (1, 50):
        differences(count)
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(path).status_code == 200
        assert len(asked) == queries


def test_a_difference_is_settled_on_its_page() -> None:
    differences(1)
    row = Difference.objects.get()
    desk, page = at_desk(), f"{LIST}{row.pk}/"
    assert "长款：账单有收款，本系统无此支付" in desk.get(page).content.decode()
    missing = desk.post(page, {"resolution": "corrected", "reason": ""})
    assert (missing.status_code, Difference.objects.get().state) == (200, "open")
    done = desk.post(page, {"resolution": "corrected", "reason": "渠道已来函更正"})
    assert (done.status_code, done.headers["Location"]) == (302, LIST)
    shown = desk.get(page).content.decode()
    assert "渠道已来函更正" in shown
    assert "<form" not in shown.partition("<main")[2].partition("</main>")[0].replace('<form class="search', "")


def test_others_read_it_without_a_button() -> None:
    differences(1)
    row = Difference.objects.get()
    auditor = at_desk("auditor")
    assert "登记处理结果" not in auditor.get(f"{LIST}{row.pk}/").content.decode()
    refused = auditor.post(f"{LIST}{row.pk}/", {"resolution": "corrected", "reason": "渠道已来函更正"})
    assert (refused.status_code, Difference.objects.get().state) == (302, "open")
    assert at_desk("finance", "450100").get(f"{LIST}{row.pk}/").status_code == 404


def test_a_bill_is_tried_again_at_once() -> None:
    differences(1)
    statement = Statement.objects.get()
    Statement.objects.update(due_at=clock.now() + timedelta(minutes=15), last_error="503")
    desk = at_desk()
    assert "503" in desk.get(f"{BILLS}{statement.pk}/").content.decode()
    assert desk.post(f"{BILLS}{statement.pk}/").headers["Location"] == BILLS
    assert Statement.objects.get().due_at <= clock.now()
    assert at_desk("auditor").post(f"{BILLS}{statement.pk}/").status_code == 302


def test_the_first_page_tells_who_waits() -> None:
    differences(2)
    first = at_desk().get("/admin/").content.decode()
    assert "对账差异" in first
    with time_machine.travel(clock.now()):
        assert "对账差异" not in at_desk("editor").get("/admin/").content.decode()
