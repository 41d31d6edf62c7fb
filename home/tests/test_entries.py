"""What leads to a business: the editors' tiles, and what staff have made and nobody has given a tile."""

from datetime import timedelta

import pytest
from django.test import Client

from cms.tiles.models import Tile
from home.entries import every, tiles
from portal.kernel import clock
from review.applications.tests.scene import made
from review.types.models import ApplicationType

pytestmark = pytest.mark.django_db
PATH = "/business/apply/practice/"


def told() -> list[tuple[str, str, str]]:
    return [(entry.tile.label, entry.tile.href, entry.state_label) for entry in every()]


def timed(type_: ApplicationType, opens: timedelta | None, closes: timedelta | None) -> None:
    now = clock.now()
    type_.opens_at = now + opens if opens is not None else None
    type_.closes_at = now + closes if closes is not None else None
    type_.save()


def test_a_type_without_a_tile_is_there_once_it_is_published() -> None:
    type_ = made()
    assert told() == [("实践课程报名", PATH, "")]
    assert tiles() == [], "the front page is the editors' to arrange"
    assert PATH in Client().get("/business/").content.decode()
    type_.is_published = False
    type_.save()
    assert told() == []


def test_a_tile_of_its_own_takes_its_place_and_shows_its_time() -> None:
    type_ = made()
    Tile.objects.create(slug="practice", label="实践报名", icon="edit", target=PATH)
    assert told() == [("实践报名", PATH, "")]
    timed(type_, timedelta(days=-9), timedelta(seconds=-1))
    assert told() == [("实践报名", PATH, "已截止")]
    timed(type_, timedelta(days=1), None)
    assert told() == [("实践报名", PATH, "未开始")]
    timed(type_, timedelta(days=-1), timedelta(days=2, hours=1))
    assert told() == [("实践报名", PATH, "进行中 剩2天")]
    assert [entry.is_open for entry in tiles()] == [True]


def test_a_business_with_a_tile_needs_no_second_one() -> None:
    made(business="graduation")
    Tile.objects.create(slug="graduation", label="毕业申请", icon="cap", target="/graduation/", business="graduation")
    assert [entry.tile.label for entry in every()] == ["毕业申请"]


def test_one_type_or_many_take_the_same_questions(django_assert_num_queries) -> None:
    made()
    with django_assert_num_queries(2):
        every()
    for number in range(20):
        made(slug=f"practice-{number}")
    with django_assert_num_queries(2):
        every()
