from typing import Any

import pytest
import time_machine

from candidate_api.catalogue.models import School

pytestmark = pytest.mark.django_db
BASE = "/api/v1/"


def test_304_until_something_changes(api: Any) -> None:
    with time_machine.travel("2026-11-23T08:00:00Z", tick=False):
        School.objects.create(code="10593", name="广西大学")
    first = api.get(f"{BASE}schools/")
    assert first["Cache-Control"] == "public, max-age=60"
    assert first["Last-Modified"] == "Mon, 23 Nov 2026 08:00:00 GMT"
    again = api.get(f"{BASE}schools/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    since = api.get(f"{BASE}schools/", HTTP_IF_MODIFIED_SINCE=first["Last-Modified"])
    assert since.status_code == 304
    School.objects.create(code="10594", name="广西科技大学")
    changed = api.get(f"{BASE}schools/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (changed.status_code, changed.json()["count"]) == (200, 2)
    assert changed["ETag"] != first["ETag"]


def test_304_costs_one_query(api: Any, django_assert_num_queries: Any) -> None:
    School.objects.create(code="10593", name="广西大学")
    tag = api.get(f"{BASE}majors/")["ETag"]
    with django_assert_num_queries(1):
        assert api.get(f"{BASE}majors/", HTTP_IF_NONE_MATCH=tag).status_code == 304


def test_another_language_is_another_answer(api: Any) -> None:
    chinese = api.get(f"{BASE}schools/")
    english = api.get(f"{BASE}schools/", HTTP_ACCEPT_LANGUAGE="en", HTTP_IF_NONE_MATCH=chinese["ETag"])
    assert english.status_code == 200
    assert "Accept-Language" in english["Vary"]
    assert "Cookie" not in english["Vary"]


def test_nobody_is_asked_who_they_are(api: Any) -> None:
    assert api.get(f"{BASE}schools/", HTTP_AUTHORIZATION="Bearer nonsense").status_code == 200
