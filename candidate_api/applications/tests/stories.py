"""The ten delivered kinds as stories: what must be true before, what is answered, what the offices say.

Told over the API in `test_journeys.py`, in a browser in `tests/e2e/chapters/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from candidate_api.applications.tests.acts import scored
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import PlanCourse
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from candidate_api.registrations.queries import options
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from candidate_api.transfers.arriving import Arrived, arrive
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business
from portal.kernel.actor import Actor
from review.applications.models import Application
from tests import life

NANNING = "450100"
SYSTEM = Actor.system("test")
Answers = dict[str, Any]


def nothing(_person: Candidate, _twin: Twin) -> None:
    """Whoever has a 准考证号 may apply."""


@dataclass(frozen=True)
class Story:
    """`says`: by the key of an office's step, what is decided beyond a plain yes."""

    slug: str
    answers: Callable[[Candidate], Answers]
    before: Callable[[Candidate, Twin], None] = nothing
    says: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    effect: Callable[[Candidate], bool] = bool
    arrives: bool = False


# -- before -----------------------------------------------------------------------------------------------------------
def passed_one(person: Candidate, _twin: Twin) -> None:
    scored(person, "02324", source="written", score=78)


def passed_all_but_the_thesis(person: Candidate, _twin: Twin) -> None:
    for line in _plan(person):
        if line.category != "graduation":
            scored(person, line.course.code)


def passed_all(person: Candidate, twin: Twin) -> None:
    passed_all_but_the_thesis(person, twin)
    for line in _plan(person):
        if line.category == "graduation":
            scored(person, line.course.code, score=None, grade="良好", source="thesis")


def _plan(person: Candidate) -> Any:
    lines = PlanCourse.objects.filter(group__plan__major=person.major, group__plan__is_current=True)
    return lines.select_related("course")


def was_told_a_score(person: Candidate, _twin: Twin) -> None:
    """58 of the last session whose scores are out: two marks short."""
    scored(person, "00023", session=last_session(), status="failed", score=58, source="written")


def has_paid(person: Candidate, twin: Twin) -> None:
    """Two courses of the session that is open, paid at the gateway."""
    order = registrations.submit(
        open_session(), [(code, NANNING) for code in free(person)[:2]], by=life.actor(person)
    ).order
    shop.paid_at_gateway(twin, shop.started(order))
    payments.confirm(order.number, by=shop.actor(order.payer))


def free(person: Candidate) -> list[str]:
    """Courses that can be taken together, one of each sitting."""
    session = ExamSession.objects.get(code=open_session())
    found = {o.offering.slot: o.offering.course.code for o in reversed(options(person, session, None)) if not o.blocked}
    return [found[slot] for slot in sorted(found)]


def open_session() -> str:
    return BusinessWindow.objects.get(business=Business.COURSE_REGISTRATION, phase="apply").session


def last_session() -> ExamSession:
    """The one before the session that is open."""
    coming = ExamSession.objects.get(code=open_session())
    return ExamSession.objects.filter(first_day__lt=coming.first_day).latest("first_day")


def arrived(person: Candidate) -> Application:
    """What the other province has sent."""
    lines = (Arrived("00023", "高等数学（工本）", "75", "2024-10"), Arrived("13003", "数据结构与算法", "80", "2025-04"))
    return arrive(person, "44", "190120261234", lines, by=SYSTEM)


# -- what is answered -------------------------------------------------------------------------------------------------
RESUME = [
    {"begin": "2013-09", "end": "2016-06", "where": "南宁市第三中学", "what": "学生"},
    {"begin": "2016-07", "end": "2019-06", "where": "广西职业技术学院", "what": "学生"},
    {"begin": "2019-07", "where": "南宁市邕江软件有限公司", "what": "职员"},
]


def diploma(_person: Candidate) -> Answers:
    return {
        "credential": "bachelor",
        "school": "广西大学",
        "major": "土木工程",
        "number": "105931201505000001",
        "date": "2015-06-30",
        "lines": [
            {"course": "15040", "original": "毛泽东思想概论", "grade": "80"},
            {"course": "00023", "original": "高等数学", "grade": "85"},
        ],
        "point": NANNING,
    }


def certificate(_person: Candidate) -> Answers:
    return {
        "credential": "cet_4",
        "number": "451021419001234",
        "date": "2014-06-30",
        "issuer": "教育部考试院",
        "lines": [{"course": "13000"}],
        "point": NANNING,
    }


def leaving(person: Candidate) -> Answers:
    scores = Score.objects.filter(candidate=person, source="written", status="passed")
    return {
        "province": "44",
        "number": "190120261234",
        "scores": [str(pk) for pk in scores.values_list("pk", flat=True)],
        "reason": "工作调动",
        "address": "广州市天河区体育西路1号",
    }


def graduand(_person: Candidate) -> Answers:
    return {
        "point": NANNING,
        "native_place": "广西南宁",
        "political": "群众",
        "prior_school": "广西职业技术学院",
        "prior_major": "计算机应用技术",
        "prior_number": "123456789012345678",
        "prior_date": "2019-06-30",
        "resume": RESUME,
        "self": "工作之余坚持自学，修完全部课程，能将所学用于软件测试工作。",
    }


def lost_diploma(_person: Candidate) -> Answers:
    return {
        "major": "会计",
        "number": "65450118100001",
        "date": "2018-12-30",
        "cause": "lost",
        "why": "搬家时遗失。",
        "way": "self",
    }


def thesis(_person: Candidate) -> Answers:
    return {"title": "小型软件企业的回归测试", "phone": "13800000001", "outline": "以一家企业为例，比较三种测试方法。"}


def new_name(_person: Candidate) -> Answers:
    return {"what": ["name"], "new_name": "韦晓莉", "reason": "户籍更名"}


def refunded(person: Candidate) -> Answers:
    entry = Registration.objects.filter(candidate=person, state="confirmed").order_by("slot")[0]
    return {"entries": [str(entry.pk)], "reason": "force_majeure", "why": "考试当天住院，有医院证明。"}


def reviewed(person: Candidate) -> Answers:
    return {"score": str(Score.objects.get(candidate=person, status="failed").pk), "reason": "与估分相差较大"}


# -- what has come of it ----------------------------------------------------------------------------------------------
def credited(source: str, *codes: str) -> Callable[[Candidate], bool]:
    def held(person: Candidate) -> bool:
        rows = Score.objects.filter(candidate=person, source=source, status="passed").order_by("course__code")
        return list(rows.values_list("course__code", flat=True)) == sorted(codes)

    return held


def money_is_on_its_way(person: Candidate) -> bool:
    [order] = Order.objects.filter(payer=person.user)
    states = sorted(Registration.objects.filter(candidate=person).values_list("state", flat=True))
    back = [refund.amount_fen for attempt in order.attempts.all() for refund in attempt.refunds.all()]
    return (states, back) == (["confirmed", "refunded"], [4000])


def _fresh(person: Candidate) -> Candidate:
    return Candidate.objects.select_related("user").get(pk=person.pk)


ONE_NO = {"verdicts": (True, False)}
YES = {"verdicts": (True,)}
BOTH = {"verdicts": (True, True)}
HIGHER = {"outcome": "corrected", "value": "61"}
STORIES = {
    story.slug: story
    for story in (
        Story("info-change", new_name, effect=lambda person: _fresh(person).user.name == "韦晓莉"),
        Story(
            "exemption-diploma", diploma, passed_one, says={"province": ONE_NO}, effect=credited("exemption", "15040")
        ),
        Story(
            "exemption-certificate",
            certificate,
            passed_one,
            says={"province": YES},
            effect=credited("exemption", "13000"),
        ),
        Story("transfer-out", leaving, passed_one, effect=lambda p: p.transfers_out.get().state == "approved"),
        Story(
            "transfer-in",
            lambda _person: {},
            passed_one,
            says={"final": BOTH},
            effect=credited("transfer", "00023", "13003"),
            arrives=True,
        ),
        Story(
            "thesis-defence",
            thesis,
            passed_all_but_the_thesis,
            says={"defence": {"outcome": "good"}},
            effect=lambda person: Score.objects.get(candidate=person, source="thesis").grade == "良好",
        ),
        Story("graduation-certificate", lost_diploma),
        Story("graduation", graduand, passed_all, effect=lambda person: person.graduations.get().state == "approved"),
        Story("registration-refund", refunded, has_paid, effect=money_is_on_its_way),
        Story(
            "score-review",
            reviewed,
            was_told_a_score,
            says={"province": HIGHER},
            effect=lambda person: Score.objects.get(candidate=person, course__code="00023").score == 61,
        ),
    )
}
