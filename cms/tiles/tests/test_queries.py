from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from cms.seed import seed_tiles
from cms.tests.factories import window
from cms.tiles.models import Banner, Tile
from cms.tiles.queries import banners, shown
from portal.kernel import clock

pytestmark = pytest.mark.django_db


def tile(slug: str, business: str = "", **fields: object) -> Tile:
    return Tile.objects.create(slug=slug, label=slug, icon="edit", target="/", business=business, **fields)


def test_the_open_ones_come_first_in_each_group() -> None:
    now = clock.now()
    tile("closed", "exemption", order=1)
    tile("coming", "graduation", order=2)
    tile("open", "course-registration", order=3)
    tile("always", order=4)
    tile("query", group="query", order=5)
    tile("hidden", is_shown=False)
    window("exemption", opens=now - timedelta(days=9), closes_at=now - timedelta(days=1))
    window("graduation", opens=now + timedelta(days=1))
    window("course-registration", opens=now - timedelta(days=1), closes_at=now + timedelta(days=3, hours=1))

    entries = shown(at=now)

    assert [(entry.tile.slug, entry.is_open, entry.state_label) for entry in entries] == [
        ("query", True, ""),
        ("open", True, "进行中 剩3天"),
        ("always", True, ""),
        ("coming", False, "未开始"),
        ("closed", False, "已截止"),
    ]


def test_a_banner_shows_for_its_time() -> None:
    now = clock.now()
    Banner.objects.create(title="总是", order=2)
    Banner.objects.create(title="现在", order=1, shows_from=now, shows_until=now + timedelta(hours=1))

    assert [banner.title for banner in banners(now - timedelta(seconds=1))] == ["总是"]
    assert [banner.title for banner in banners(now)] == ["现在", "总是"]
    assert [banner.title for banner in banners(now + timedelta(hours=1))] == ["总是"]


@pytest.mark.parametrize("target", ["javascript:alert(1)", "//example.org", "http://example.org", "business/"])
def test_a_tile_leads_into_the_site_or_to_a_safe_address(target: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Tile(slug="x", label="x", icon="edit", target=target).full_clean()

    assert set(refusal.value.error_dict) == {"target"}


def test_tiles_cost_two_queries(django_assert_num_queries: object) -> None:
    seed_tiles()
    for business in ("course-registration", "exemption", "graduation"):
        window(business)

    seeded = Tile.objects.filter(is_shown=True).count()
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(shown()) == seeded
