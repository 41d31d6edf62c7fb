"""The desk: the queue by office, the page of a case, decisions by its forms, papers looked at and written down."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.users.models import User
from review.applications.models import Application
from review.applications.tests.conftest import person  # noqa: F401 -- a fixture
from review.applications.tests.scene import GUILIN, NANNING, fresh, made, person_named, reviewer, submitted
from review.desk.models import SavedFilter
from review.desk.queries import by_type

pytestmark = pytest.mark.django_db
LIST = "/admin/applications/"


def desk(role: str = "first_reviewer", office: str = NANNING, number: int = 1) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=reviewer(role, office, number).user_id))
    return client


def html(answer) -> str:
    return answer.content.decode()


def test_the_queue_shows_ones_own_office_masked_and_counts(person):  # noqa: F811
    made()
    application = submitted(person)
    shown = html(desk().get(LIST))
    assert application.number in shown
    assert "待审核 1 件" in shown
    assert "韦*莉" in shown
    assert "韦小莉" not in shown
    assert application.number not in html(desk("first_reviewer", GUILIN).get(LIST))


def test_the_next_case_is_of_the_business_that_the_filter_shows(person):  # noqa: F811
    made()
    submitted(person)
    other = made(slug="other")
    wanted = submitted(person, "other")
    client = desk()
    page = html(client.get(f"{LIST}?type={other.pk}"))
    assert 'name="type" value="other"' in page
    assert client.post(f"{LIST}next/", {"type": "other"}).url == f"{LIST}{wanted.pk}/"


def test_next_case_decision_and_what_the_candidate_reads(person):  # noqa: F811
    made()
    application = submitted(person)
    client = desk()
    assert client.post(f"{LIST}next/").url == f"{LIST}{application.pk}/"
    page = html(client.get(f"{LIST}{application.pk}/"))
    assert "00023" in page or "高等数学" in page
    assert "照片不清楚" in page
    answer = client.post(
        f"{LIST}{application.pk}/",
        {
            "verb": "return_",
            "revision": application.revision,
            "target": ["phone", ""],
            "text": ["号码有误", ""],
            "days": "3",
        },
    )
    assert answer.url == LIST
    assert fresh(application).remarks == [{"target": "phone", "text": "号码有误"}]
    endless = {"revision": "9" * 5000, "days": "9" * 5000, "target": "", "text": "请补充"}
    for verb in ("approve", "return_"):
        assert client.post(f"{LIST}{application.pk}/", {"verb": verb, **endless}).status_code == 409
    again = client.post(f"{LIST}{application.pk}/", {"verb": "approve", "revision": application.revision})
    assert again.status_code == 409
    assert fresh(application).state == "returned"


def test_a_paper_is_shown_and_it_is_written_down_who_looked(person):  # noqa: F811
    made()
    application = submitted(person)
    material = application.papers.get()
    answer = desk().get(f"{LIST}{application.pk}/papers/{material.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content[:2] == b"\xff\xd8"
    assert AuditEntry.objects.filter(verb="applications.open_paper", subject_id=str(material.pk)).count() == 1
    # The candidate's address of the file is for the candidate alone.
    assert desk().get(f"/files/{material.file_id}/").status_code == 404


@pytest.mark.parametrize("role", ["first_reviewer", "second_reviewer", "archive", "auditor"])
def test_another_city_finds_nothing_by_any_door(person, role):  # noqa: F811
    made()
    application = submitted(person)
    client, case = desk(role, GUILIN), f"{LIST}{application.pk}/"
    before = Application.objects.values().get(pk=application.pk)
    for path in (case, f"{case}papers/{application.papers.get().pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(case, {"verb": "approve", "revision": application.revision}).status_code == 404
    assert Application.objects.values().get(pk=application.pk) == before


@pytest.mark.parametrize("role", ["editor", "support", "finance"])
def test_who_reviews_nothing_is_refused(person, role):  # noqa: F811
    made()
    application = submitted(person)
    for path in (LIST, f"{LIST}{application.pk}/"):
        assert desk(role).get(path).status_code == 302


def test_the_heartbeat_says_who_has_it(person):  # noqa: F811
    made()
    application = submitted(person)
    beat = f"{LIST}{application.pk}/heartbeat/"
    assert desk().post(beat).json() == {"held": True}
    assert desk("first_reviewer", NANNING, 2).post(beat).json()["held"] is False


def test_one_row_and_fifty_take_the_same_queries(person):  # noqa: F811
    made()
    client = desk()
    submitted(person)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(LIST)
        return len(found)

    for number in range(12):
        client.post(f"{LIST}filters/", {"name": f"筛选{number}", "query": "state=submitted&turn=office"})
    asked()
    one = asked()
    for number in range(49):
        submitted(person_named(f"考生{number}"))
    assert (one, asked()) == (18, 18)


def test_a_filter_is_kept_under_a_name_for_oneself(person):  # noqa: F811
    made()
    client = desk()
    answer = client.post(f"{LIST}filters/", {"name": "待我审", "query": "turn=office"})
    assert answer.url == f"{LIST}?turn=office"
    assert "待我审（0）" in html(client.get(LIST))
    submitted(person)
    submitted(person_named("陆大海"))
    assert "待我审（2）" in html(client.get(LIST))
    assert "待我审" not in html(desk("first_reviewer", NANNING, 2).get(LIST))
    kept = SavedFilter.objects.get()
    desk("first_reviewer", NANNING, 2).post(f"{LIST}filters/", {"forget": kept.pk})
    assert SavedFilter.objects.count() == 1
    client.post(f"{LIST}filters/", {"forget": kept.pk})
    client.post(f"{LIST}filters/", {"name": "", "query": "turn=office"})
    assert SavedFilter.objects.count() == 0


def test_the_list_as_a_file_says_why_and_holds_ones_own_alone(person):  # noqa: F811
    made()
    application = submitted(person)
    given = {"format": "csv", "reason": "月度报送统计", "filter": "state=submitted"}
    text = b"".join(desk().post(f"{LIST}export/", given).streaming_content).decode()
    assert application.number in text
    assert AuditEntry.objects.get(verb="applications.export").note == "月度报送统计"
    text = b"".join(desk("first_reviewer", GUILIN).post(f"{LIST}export/", given).streaming_content).decode()
    assert application.number not in text
    refused = desk().post(f"{LIST}export/", {"format": "csv", "reason": ""})
    assert "text/html" in refused["Content-Type"]
    assert AuditEntry.objects.filter(verb="applications.export").count() == 2


def test_how_much_there_is_to_do(person):  # noqa: F811
    made()
    submitted(person)
    rows = by_type(reviewer(), clock.at(clock.today()))
    assert [(row.label, row.came, row.waiting, row.late) for row in rows] == [("实践课程报名", 1, 1, 0)]
    assert "实践课程报名" in html(desk().get(f"{LIST}figures/?days=7"))
    assert "实践课程报名" not in html(desk("first_reviewer", GUILIN).get(f"{LIST}figures/"))
    assert desk("editor").get(f"{LIST}figures/").status_code == 302
