"""消息 and their settings over the API: one's own, and nothing that matters can be switched off."""

import pytest

from candidate_api.accounts.actions import issue_token
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.actions import say
from portal.kernel.messages.models import Message, Muted
from tests import life

pytestmark = pytest.mark.django_db
INBOX, SETTINGS = "/api/v1/me/messages/", "/api/v1/me/notification-settings/"
ENROLLED = {"message": "candidate_enrolled", "title": "准考证号已生成", "channel": "in_app", "wanted": True}
OTHERS = [
    {"message": "office_reminder", "title": "考试机构通知的提醒", "channel": channel, "wanted": True}
    for channel in ("sms", "email")
]


@pytest.fixture
def candidate():
    return life.registered()


@pytest.fixture
def mine(api, candidate):
    token, _ends = issue_token(candidate.user, "", by=life.actor(candidate))
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def tell(candidate, n=1):
    for number in range(n):
        say(f"enrolled:{number}", "candidate_enrolled", {"number": f"{number:012d}"}, to=candidate.user, link="/me/")


def test_the_inbox_is_read_newest_first_and_each_message_once(mine, candidate):
    tell(candidate, 2)

    found = mine.get(INBOX).json()

    assert found["count"] == 2
    newest = found["results"][0]
    assert newest["text"] == "您的准考证号是 000000000001。现在可以报考课程了。"
    assert (newest["link"], newest["read_at"]) == ("/me/", None)
    assert mine.get("/api/v1/home/").json()["unread_messages"] == 2
    read = [mine.post(f"{INBOX}{newest['id']}/read/").json() for _time in range(2)]
    assert read[0] == read[1] == mine.get(INBOX).json()["results"][0]
    assert read[0]["read_at"]
    assert mine.get("/api/v1/home/").json()["unread_messages"] == 1


def test_anothers_message_is_not_there(mine, api):
    other = life.registered()
    tell(other)
    theirs = Message.objects.get(recipient=other.user)
    assert mine.get(INBOX).json()["count"] == 0
    assert mine.post(f"{INBOX}{theirs.pk}/read/").status_code == 404
    assert Message.objects.get(pk=theirs.pk).read_at is None


def test_fifty_messages_ask_no_more_than_one(mine, candidate, django_assert_num_queries):
    for n in (1, 50):
        tell(candidate, n)
        with django_assert_num_queries(3):
            assert len(mine.get(INBOX, {"page_size": 100}).json()["results"]) == n


def test_what_is_not_wanted_is_not_said(mine, candidate):
    assert mine.get(SETTINGS).json() == {"optional": [ENROLLED, *OTHERS]}
    off = {"message": "candidate_enrolled", "channel": "in_app", "wanted": False}

    for _time in range(2):
        assert mine.patch(SETTINGS, {"optional": [off]}).json() == {"optional": [ENROLLED | {"wanted": False}, *OTHERS]}
    tell(candidate)

    assert Message.objects.filter(template="candidate_enrolled").count() == 0
    assert AuditEntry.objects.filter(verb="messages.choose").count() == 1
    mine.patch(SETTINGS, {"optional": [off | {"wanted": True}]})
    tell(candidate)
    assert Message.objects.filter(template="candidate_enrolled").count() == 1
    assert Muted.objects.count() == 0


@pytest.mark.parametrize(
    "message", [("code_login", "sms"), ("payments.refunded", "sms"), ("nothing", "sms"), ("candidate_enrolled", "sms")]
)
def test_what_must_be_told_cannot_be_switched_off(mine, message):
    code, channel = message
    both = [
        {"message": code, "channel": channel, "wanted": False},
        {"message": "candidate_enrolled", "channel": "in_app", "wanted": False},
    ]
    refused = mine.patch(SETTINGS, {"optional": both})
    assert (refused.status_code, refused.json()["code"]) == (400, "validation_failed")
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [(f"{code}.{channel}", "obligatory")]
    assert mine.get(SETTINGS).json() == {"optional": [ENROLLED, *OTHERS]}
