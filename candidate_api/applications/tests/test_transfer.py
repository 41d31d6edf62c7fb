"""转考: out to the other province's word, in from its record to the score; nothing moves that must stay."""

from datetime import timedelta

import pytest
from django.test import Client

from candidate_api.applications.tests.acts import MINE, by, decided_by_two, filled, handed_in, scored
from candidate_api.candidates.models import Candidate
from candidate_api.results.models import Discipline, Score
from candidate_api.transfers import actions as transfers
from candidate_api.transfers.arriving import Arrived, arrive
from candidate_api.transfers.models import TransferOut
from portal.kernel import clock
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from review.applications import actions
from review.applications.models import Application
from review.applications.rules import Verdict
from review.applications.tests.scene import SYSTEM, fresh, passed, reviewer
from review.types.kinds import kind_of
from tests import life

pytestmark = pytest.mark.django_db
YES = Verdict(True)


@pytest.fixture
def leaving(person):
    life.open_window("", "transfer-out")
    scored(person, "02324", source="written")
    return person


def asked_to_leave(person: Candidate, **changes) -> Application:
    scores = [str(pk) for pk in Score.objects.filter(candidate=person, source="written").values_list("pk", flat=True)]
    answers = {"province": "44", "number": "190120261234", "scores": scores, "reason": "工作调动", "address": "广州市"}
    return handed_in(person, "transfer-out", **answers | changes)


def approved(person: Candidate) -> TransferOut:
    application = asked_to_leave(person)
    passed(application, reviewer("first_reviewer", "45"))
    actions.confirm(application.number, by=by(person))
    decided_by_two(application)
    return TransferOut.objects.get()


def test_out_to_the_other_provinces_word(app, leaving):
    application = asked_to_leave(leaving)
    passed(application, reviewer("first_reviewer", "45"))
    shown = app.get(f"{MINE}{application.number}/").json()
    assert (shown["state_label"], shown["allowed_actions"]) == ("待考生网上确认", ["confirm", "dispute", "withdraw"])
    assert app.get(f"{MINE}{application.number}/register.pdf").content[:4] == b"%PDF"
    table, decisions = kind_of("transfer-out").register(fresh(application)).parts
    assert list(table.heads) == ["课程代码", "课程名称", "成绩", "合格考期", "学分", "来源"]
    assert decisions.text == "无"
    assert app.post(f"{MINE}{application.number}/confirm/").status_code == 200
    decided_by_two(application)
    row, archive = TransferOut.objects.get(), reviewer("archive", "45")
    with pytest.raises(Problem, match="permission_denied"):
        transfers.hand_over(format="csv", by=reviewer("auditor", "45"))
    with pytest.raises(Problem, match="state_conflict"):
        transfers.accept(row.pk, by=archive)
    text = b"".join(transfers.hand_over(format="csv", by=archive)).decode()
    assert (leaving.id_number in text, "02324" in text, "190120261234" in text) == (True, True, True)
    with pytest.raises(Problem, match="state_conflict"):
        transfers.hand_over(format="csv", by=archive)
    transfers.accept(row.pk, by=archive)
    assert Candidate.objects.get(pk=leaving.pk).state == "transferred"
    eligibility = app.get("/api/v1/application-types/transfer-out/").json()["eligibility"]
    assert eligibility["reasons"] == ["您的考籍已转至外省，不能在广西办理业务。"]


def test_who_may_not_hand_over_is_not_offered_it(leaving):
    row = approved(leaving)
    archive, first = reviewer("archive", "45"), reviewer("first_reviewer", "45")
    transfers.hand_over(format="csv", by=archive)
    for actor, offered in ((archive, True), (first, False)):
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        page = client.get("/admin/transfers/").content.decode()
        links = [f'href="/admin/transfers/{path}/"' in page for path in ("hand-over", f"{row.pk}/answer")]
        statuses = [client.get(f"/admin/transfers/{path}/").status_code for path in ("hand-over", f"{row.pk}/answer")]
        assert (links, statuses) == ([offered] * 2, [200 if offered else 302] * 2)


def test_a_record_that_was_not_taken_stays(leaving):
    row, archive = approved(leaving), reviewer("archive", "45")
    transfers.hand_over(format="csv", by=archive)
    transfers.refuse(row.pk, "姓名不一致", by=archive)
    assert (TransferOut.objects.get().state, Candidate.objects.get(pk=leaving.pk).state) == ("refused", "enrolled")
    assert asked_to_leave(leaving).state == "submitted"


def test_what_stays_here(app, leaving):
    scored(leaving, "00023", source="exemption", score=None)
    scored(leaving, "13014", source="practice")  # its theory is not passed
    scored(leaving, "13015", source="transfer")  # came less than a year ago
    scored(leaving, "04736", source="practice")
    scored(leaving, "04735", source="transfer", recorded_at=clock.now() - timedelta(days=366))
    form = app.get("/api/v1/application-types/transfer-out/").json()["form"]
    labels = [option["label"].split()[0] for option in form["properties"]["scores"]["x-options"]]
    assert sorted(labels) == ["02324", "04735", "04736"]  # with the theory passed, its practice goes too


@pytest.mark.parametrize("penalty", ["suspended", "graduation_delayed"])
def test_who_is_bound_does_not_leave(app, leaving, penalty):
    today = clock.today()
    Discipline.objects.create(
        candidate=leaving, penalty=penalty, starts=today, until=today, number="1号", recorded_at=clock.now()
    )
    assert app.get("/api/v1/application-types/transfer-out/").json()["eligibility"]["ok"] is False


def test_a_score_that_is_no_more_stops_the_last_word(leaving):
    application = asked_to_leave(leaving)
    scored(leaving, "00023", source="written")
    passed(application, reviewer("first_reviewer", "45"))
    actions.confirm(application.number, by=by(leaving))
    passed(application, reviewer("first_reviewer", "45"))
    second = reviewer("second_reviewer", "45")
    Score.objects.filter(course__code="02324").update(status="cancelled", score=None)
    with pytest.raises(Problem, match="state_conflict"):
        passed(application, second)
    assert (fresh(application).state, TransferOut.objects.count()) == ("submitted", 0)


# -- in ---------------------------------------------------------------------------------------------------------------
LINES = (Arrived("00023", "高等数学（工本）", "75", "2024-10"), Arrived("02324", "离散数学", "80", "2025-04"))


def arrived(person: Candidate, *more: Arrived) -> Application:
    return arrive(person, "44", "190120261234", [*LINES, *more], by=SYSTEM)


@pytest.fixture
def coming(person):
    scored(person, "13000", source="written")
    return person


def test_in_confirmed_and_credited(app, coming):
    application = arrived(coming)
    shown = app.get(f"{MINE}{application.number}/").json()
    assert (shown["state_label"], shown["data"]["lines"][0]["mark"]) == ("待考生网上确认", "75")
    assert [event["verb"] for event in shown["timeline"]] == ["arrive"]
    assert app.get(f"{MINE}{application.number}/register.pdf").content[:4] == b"%PDF"
    assert app.post(f"{MINE}{application.number}/confirm/").status_code == 200
    decided_by_two(application, verdicts=[YES, YES])
    rows = Score.objects.filter(source="transfer").order_by("course__code")
    assert [(s.course.code, s.score, s.origin, s.origin_session) for s in rows] == [
        ("00023", 75, "广东省", "2024-10"),
        ("02324", 80, "广东省", "2025-04"),
    ]


def test_a_dispute_says_what_is_wrong_and_changes_nothing_that_came(app, coming):
    application = arrived(coming)
    url = f"{MINE}{application.number}/"
    assert app.post(f"{url}dispute/").json()["state"] == "returned"
    refused = app.patch(url, {"data": {"lines": []}}, "json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "locked")
    assert len(app.get(url).json()["data"]["lines"]) == 2
    app.patch(url, {"data": {"wrong": "少一门英语"}}, "json")
    shown = app.post(f"{url}submit/").json()
    assert shown["state_label"] == "待自治区招生考试院核对"
    passed(fresh(application), reviewer("first_reviewer", "45"))
    assert fresh(application).turn == "candidate"


def test_nobody_applies_for_it_and_candidates_let_nothing_arrive(coming):
    life.open_window("", "transfer-in")
    with pytest.raises(Problem, match="validation_failed"):
        filled(coming, "transfer-in")
    with pytest.raises(Problem, match="permission_denied"):
        arrive(coming, "44", "1", LINES, by=by(coming))
    with pytest.raises(Problem, match="validation_failed"):
        arrive(coming, "44", "1", [Arrived("00023", "高等数学", "59")], by=SYSTEM)
    assert Application.objects.count() == 0
    arrived(coming)
    with pytest.raises(Problem, match="state_conflict"):
        arrived(coming)
