"""Text as people type it, and log lines that nobody can be found in."""

import json
import logging

import pytest
import structlog
from django.conf import settings

from portal.kernel import text
from portal.kernel.edges import address_of
from portal.kernel.logs import configure, without_personal_numbers
from portal.kernel.money import yuan

ID_NUMBER, MOBILE = "450103199803124525", "13800001234"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("１２３ａＢ", "123aB"), ("  a b ", "a b"), ("a\u200bb\x00", "ab"), ("䶮㛃𬭎", "䶮㛃𬭎"), ("（一）", "(一)")],
)
def test_clean(typed, kept):
    assert text.clean(typed) == kept


@pytest.mark.parametrize("name", ["韦小莉", "阿依古丽\u00b7买买提", "〇九", "䶮㛃𬭎", "Anna-Maria O'Neill"])
def test_names(name):
    assert text.is_name(text.clean_name(name))


@pytest.mark.parametrize(
    "name", ["李", "a1", "小莉😀", "<b>", "x" * 61, "李;DROP", "a\nb\u202ec3", "·李明", "李明·", "阿··里"]
)
def test_what_is_no_name(name):
    assert not text.is_name(text.clean_name(name))


def test_masks():
    assert text.mask_id_number(ID_NUMBER) == "4501**********4525"
    assert text.mask_id_number("H1234567") == "H1****67"
    assert text.mask_mobile(MOBILE) == "138****1234"
    assert text.mask_email("someone@example.org") == "s***@example.org"


def test_yuan():
    assert [yuan(fen) for fen in (4000, 5, -105, 123456)] == ["40.00", "0.05", "-1.05", "1234.56"]


def test_what_looks_like_a_personal_number_never_reaches_a_line():
    event = {"event": f"sent to {MOBILE}", "path": f"/x/{ID_NUMBER}/", "more": [ID_NUMBER, {"a": MOBILE}]}
    starred = str(without_personal_numbers(None, "", event))
    assert ID_NUMBER not in starred
    assert MOBILE not in starred
    kept = {"order": "GX26112312345678", "sha": "a" * 10 + "13800001234" + "b" * 10}
    assert without_personal_numbers(None, "", kept) == kept


def test_a_line_is_json_with_the_requests_id(capsys):
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        configure({"level": "INFO"})
        structlog.contextvars.bind_contextvars(request_id="abc-12345")
        structlog.get_logger("portal.x").info("said", name="韦", mobile=MOBILE)
        logging.getLogger("plain").warning("to %s", MOBILE)
    finally:
        structlog.contextvars.clear_contextvars()
        root.handlers[:], root.level = before
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["request_id"]) for line in lines] == [("said", "abc-12345"), ("to ***", "abc-12345")]
    assert (lines[0]["name"], lines[0]["mobile"]) == ("韦", "***")
    assert settings.LOGGING["level"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        (1, "", "10.0.0.1"),
        (1, "<script>", "10.0.0.1"),
    ],
)
def test_the_callers_address_is_what_our_proxies_saw(rf, settings, proxies, forwarded, seen):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert address_of(rf.get("/", REMOTE_ADDR="10.0.0.1", headers=headers)) == seen
