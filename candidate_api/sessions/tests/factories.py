"""What the tests of sessions need, no more of it than they say."""

from datetime import date
from typing import Any

from candidate_api.catalogue.models import Course, District
from candidate_api.sessions.models import ExamSession


def session(code: str = "2026-10", **more: Any) -> ExamSession:
    year = int(code[:4])
    days = {"first_day": date(year, 10, 24), "second_day": date(year, 10, 25)}
    return ExamSession.objects.create(code=code, name=f"{code}考期", **(days | more))


def district(code: str = "450100") -> District:
    return District.objects.create(code=code, name=f"考区{code}")


def course(code: str = "00023", **more: Any) -> Course:
    given = {"name": f"课程{code}", "assessment": "written", "paper": "national", "category": "core"} | more
    return Course.objects.create(code=code, **given)
