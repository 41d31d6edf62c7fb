"""What a client is told of a field that is wrong: a plain sentence, in its language, without what was sent."""

import json
from typing import Any

import pytest

from candidate_api.candidates.models import Candidate
from tests import life

pytestmark = pytest.mark.usefixtures("reference")
PROFILE, REGISTRATIONS, APPLICATIONS = "me/profile/", "me/registrations/", "me/applications/"
ENTRY = {"course": "00023", "district": "450100"}

WRONG: list[tuple[str, str, Any, str, str]] = [
    ("PATCH", PROFILE, {"native_place": "x" * 2_000_000}, "不能超过60个字符。", "Use at most 60 characters."),
    ("PATCH", PROFILE, {"native_place": []}, "请用文字（字符串）填写。", "Please give text (a string)."),
    ("PATCH", PROFILE, {"district": {"a": 1}}, "没有这个代码。", "There is no such code."),
    ("PATCH", PROFILE, {"district": [1]}, "没有这个代码。", "There is no such code."),
    ("PATCH", PROFILE, {"ethnicity": "99"}, "没有这个代码。", "There is no such code."),
    ("PATCH", PROFILE, {"gender": {"a": 1}}, "没有这个选项。", "There is no such choice."),
    ("PATCH", PROFILE, None, "请求内容的格式不正确，应为一组名称和值。", "A set of names and values is expected here."),
    ("PATCH", PROFILE, [1], "请求内容的格式不正确，应为一组名称和值。", "A set of names and values is expected here."),
    ("POST", REGISTRATIONS, {"session": "2026-10", "entries": [ENTRY] * 99}, "最多", "Give at most "),
    ("POST", REGISTRATIONS, {"session": "2026-10", "entries": "all"}, "此项应为一个列表。", "A list is expected here."),
    ("POST", REGISTRATIONS, {"session": "2026-10"}, "请填写此项。", "This field is required."),
    ("POST", APPLICATIONS, {"type": "x", "data": "all"}, "此项应为一组名称和值。", "A set of names and values is "),
]


@pytest.mark.parametrize(("method", "path", "sent", "chinese", "english"), WRONG)
def test_a_wrong_field_is_told_plainly(api: Any, method: str, path: str, sent: Any, chinese: str, english: str) -> None:
    person = life.registered()
    before = Candidate.objects.values().get()
    api.force_authenticate(person.user)
    for language, words in (("zh-hans", chinese), ("en", english)):
        answer = api.generic(
            method, f"/api/v1/{path}", json.dumps(sent), content_type="application/json", HTTP_ACCEPT_LANGUAGE=language
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")
        assert answer.json()["detail"].startswith(words), answer.json()
        assert answer.json()["errors"][0]["detail"] == answer.json()["detail"]
        assert len(answer.content) < 500, "nothing that was sent is said back"
    assert Candidate.objects.values().get() == before
