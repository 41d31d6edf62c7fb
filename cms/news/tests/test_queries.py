from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Site

from cms.news.queries import published, readable
from cms.news.tasks import publish_due
from cms.tests.factories import draft, index, news, publish
from portal.kernel import clock

pytestmark = pytest.mark.django_db


def titles(**filters: str) -> list[str]:
    return [page.title for page in published(**filters)]


def test_a_draft_is_seen_by_nobody_until_it_is_published() -> None:
    page = draft("关于成绩公布的公告")
    assert titles() == []

    publish(page)

    assert titles() == ["关于成绩公布的公告"]
    page.unpublish()
    assert titles() == []


def test_what_is_scheduled_comes_and_goes_by_itself() -> None:
    now = clock.now()
    page = draft("关于准考证打印的公告")
    page.go_live_at, page.expire_at = now + timedelta(hours=1), now + timedelta(hours=3)
    page.save_revision().publish()
    assert titles() == []

    with time_machine.travel(now + timedelta(hours=2), tick=False):
        publish_due()
        assert titles() == ["关于准考证打印的公告"]
        assert published().get().published_at == now + timedelta(hours=2)
    # The clock alone takes it down, before the job has run.
    assert not readable(now + timedelta(hours=3)).exists()
    with time_machine.travel(now + timedelta(hours=3, seconds=1), tick=False):
        publish_due()
    page.refresh_from_db()
    assert page.live is False


def test_lists_leave_out_what_is_no_longer_valid_but_it_stays_readable(client: Client) -> None:
    end = clock.now() + timedelta(hours=1)
    page = news(valid_until=end)

    assert list(published(end - timedelta(seconds=1))) == [page]
    assert list(published(end)) == []
    assert list(readable(end)) == [page]


def test_pinned_comes_first_until_its_end() -> None:
    now = clock.now()
    old = news("旧公告", published_at=now - timedelta(days=9), pinned_until=now + timedelta(hours=1))
    new = news("新公告", published_at=now - timedelta(days=1))

    assert list(published(now)) == [old, new]
    assert [page.is_pinned for page in published(now)] == [True, False]
    assert list(published(now + timedelta(hours=1))) == [new, old]


@pytest.mark.parametrize(
    "q", ["报名", "自学", "2026", "上半年 报名", "广西自学考试2026年上半年报名通知", "考区", "现场确认点"]
)
def test_two_characters_are_found_anywhere(q: str) -> None:
    news("广西自学考试2026年上半年报名通知", summary="请先选择考区", text="<p>携带原件到<b>现场确认点</b></p>")
    news("关于系统维护的公告")

    assert titles(q=q) == ["广西自学考试2026年上半年报名通知"]


@pytest.mark.parametrize("q", ["名报", "学考试广", "报名 维护"])
def test_what_does_not_stand_there_is_not_found(q: str) -> None:
    news("广西自学考试2026年上半年报名通知")
    news("关于系统维护的公告")

    assert titles(q=q) == []


def test_a_channel_holds_its_own() -> None:
    news("关于停考的公告", channel="majors")
    news("关于系统维护的公告", channel="notices")

    assert titles(channel="majors") == ["关于停考的公告"]


def test_the_first_publication_gives_the_date_and_later_ones_keep_it() -> None:
    with time_machine.travel(clock.now() - timedelta(days=3), tick=False):
        page = news()
        first = clock.now()
    assert page.published_at == first

    edited = page.get_latest_revision_as_object()
    edited.published_at = None
    edited.title = "更正后的公告"
    edited.save_revision().publish()

    page.refresh_from_db()
    assert (page.title, page.published_at) == ("更正后的公告", first)


def test_a_date_to_come_and_a_target_without_code_are_refused() -> None:
    page = draft()
    page.published_at = clock.now() + timedelta(hours=1)
    page.target = "school"

    with pytest.raises(ValidationError) as refusal:
        page.full_clean()

    assert set(refusal.value.error_dict) == {"published_at", "target_code"}


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("target", "code", "label"),
    [
        ("city", "4501", "南宁市考生"),
        ("city", "450300", "桂林市考生"),
        ("school", "10593", "广西大学考生"),
        ("major", "000000", "某专业考生（000000）"),  # the catalogue has forgotten it
    ],
)
def test_a_notice_says_by_name_whom_it_is_for(client: Client, target: str, code: str, label: str) -> None:
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})
    page = news(target=target, target_code=code)
    assert f"面向：{label}" in client.get(f"/{page.slug}/").content.decode()


def test_the_news_centre_lists_at_once_and_filters(client: Client) -> None:
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})
    news("广西自学考试2026年上半年报名通知")
    news("关于停考的公告", channel="majors")

    def shown(path: str) -> list[str]:
        return [page.title for page in client.get(path).context["news"]]

    assert set(shown("/")) == {"广西自学考试2026年上半年报名通知", "关于停考的公告"}
    assert shown("/?q=报名") == ["广西自学考试2026年上半年报名通知"]
    assert shown("/?channel=majors") == ["关于停考的公告"]
    assert shown("/?q=%00&page=x&channel=none") == []


def test_an_expired_page_is_gone_by_the_clock(client: Client) -> None:
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})
    end = clock.now() + timedelta(hours=1)
    page = draft(valid_until=end)
    page.expire_at = end + timedelta(hours=1)
    page.save_revision().publish()

    assert "已过有效期" not in client.get(f"/{page.slug}/").content.decode()
    with time_machine.travel(end, tick=False):
        assert "已过有效期" in client.get(f"/{page.slug}/").content.decode()
    with time_machine.travel(end + timedelta(hours=1), tick=False):
        assert client.get(f"/{page.slug}/").status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_the_same_at_any_length(count: int, django_assert_num_queries: object) -> None:
    for number in range(count):
        news(f"公告{number}")

    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len([(page.title, page.channel.label, page.is_pinned) for page in published()]) == count
