"""毕业预测 and the fastest path on every plan of the fixtures, database and all: the slowest answer must be quick."""

import gc
import time
from collections.abc import Iterator
from random import Random

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, PlanVersion
from candidate_api.catalogue.queries import facts, plan_of
from candidate_api.forecast.queries import outlooks
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from tests import life
from tests.bench.measure import Row
from tests.reference import furnish

GOAL = 0.2  # seconds for any plan here
PASSED = (0, 2, 4, 6, 8, 10, 12, 14)
SHUFFLES = 3


def rows() -> list[Row]:
    """Rates of the slowest and of the middle answer beside 200 ms."""
    furnish()
    life.open_window("2027-04")
    candidate = life.enrolled()
    spent = sorted(_spent(candidate))
    count = len(spent)
    return [
        Row("an answer in 200 ms", 1 / GOAL, 1 / GOAL),
        Row(f"the slowest of {count} answers", 1 / spent[-1], 1 / GOAL, goal=1),
        Row("99 of 100", 1 / spent[-max(count // 100, 1)], 1 / GOAL, goal=1),
        Row("the middle", 1 / spent[count // 2], 1 / GOAL),
    ]


def _spent(candidate: Candidate) -> Iterator[float]:
    """Seconds of processor time for each plan, with nothing up to fourteen courses passed; the first one warms up."""
    courses = {course.code: course for course in Course.objects.all()}
    session = ExamSession.objects.filter(scores_at__lte=clock.now()).latest("code")
    plans = list(PlanVersion.objects.select_related("major").order_by("major__code", "code"))
    outlooks(candidate, [plans[0].major])
    gc.collect()
    gc.freeze()  # as portal/wsgi.py does
    for plan in plans:
        PlanVersion.objects.filter(major=plan.major).update(is_current=False)
        PlanVersion.objects.filter(pk=plan.pk).update(is_current=True)
        whole = plan_of(plan.major)
        if whole is None:
            raise AssertionError(plan)
        codes = list(facts(whole).courses)
        for seed in range(SHUFFLES):
            Random(seed).shuffle(codes)
            for number in PASSED:
                Score.objects.filter(candidate=candidate).delete()
                Score.objects.bulk_create(
                    Score(
                        candidate=candidate,
                        session=session,
                        course=courses[code],
                        score=70,
                        status="passed",
                        recorded_at=clock.now(),
                    )
                    for code in codes[:number]
                )
                began = time.process_time()
                outlooks(candidate, [plan.major])
                yield time.process_time() - began
