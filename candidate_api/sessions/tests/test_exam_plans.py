"""考试计划 of the real timetable."""

from typing import Any

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def found(api: Any, **query: Any) -> list[tuple[str, str, int]]:
    response = api.get("/api/v1/exam-plans/", {"page_size": 100, **query})
    assert response.status_code == 200
    return [(row["session"], row["course"]["code"], row["slot"]) for row in response.json()["results"]]


def test_by_major_and_session(api: Any) -> None:
    assert found(api, session="2026-10", major="030101K") == [
        ("2026-10", "00230", 1),
        ("2026-10", "00247", 1),
        ("2026-10", "00249", 1),
        ("2026-10", "15044", 1),
        ("2026-10", "00220", 2),
        ("2026-10", "00227", 2),
        ("2026-10", "13144", 2),
        ("2026-10", "15040", 2),
        ("2026-10", "13969", 3),
        ("2026-10", "14081", 3),
        ("2026-10", "15043", 3),
        ("2026-10", "00226", 4),
        ("2026-10", "13000", 4),
        ("2026-10", "14392", 4),
    ]


def test_what_stands_for_a_course_of_the_plan_is_there_too(api: Any) -> None:
    politics = [row for row in found(api, session="2026-10", major="570102K") if row[1].startswith("1504")]
    assert politics == [("2026-10", "15042", 1), ("2026-10", "15041", 3)]


def test_by_course_newest_session_first(api: Any) -> None:
    assert found(api, course="13000") == [("2027-04", "13000", 4), ("2026-10", "13000", 4)]


def test_by_slot(api: Any) -> None:
    assert len(found(api, session="2026-10", slot=2)) == 30
    assert found(api, session="2025-04") == []
