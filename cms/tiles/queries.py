from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from cms.tiles.models import Banner, Tile
from cms.windows.models import BusinessWindow
from cms.windows.queries import current_by_business
from cms.windows.rules import WindowState
from portal.kernel import clock

# A tile of a page that has been taken down would lead nowhere.
_leads_somewhere = Q(page=None) | Q(page__live=True)


@dataclass(frozen=True)
class ShownTile:
    """A tile and the window it shows; without a business (`window` and `state` None) it is always open."""

    tile: Tile
    window: BusinessWindow | None
    state: WindowState | None
    state_label: str

    @property
    def is_open(self) -> bool:
        return self.state in {None, WindowState.OPEN}

    @property
    def is_over(self) -> bool:
        return self.state == WindowState.CLOSED

    @property
    def notice(self) -> str:
        return self.window.notice if self.window else ""


def shown(*, user_id: int | None = None, at: datetime | None = None) -> list[ShownTile]:
    """Every tile with its window at `at` (now), as it stands for this person or (None) for all.

    By group; in each group the open ones first, then those to come. Two queries.
    """
    at = at or clock.now()
    tiles = list(
        Tile.objects.filter(_leads_somewhere, is_shown=True).select_related("page").order_by("group", "order", "pk")
    )
    windows = current_by_business((tile.business for tile in tiles if tile.business), user_id=user_id, at=at)
    made = [_shown(tile, windows.get(tile.business), at) for tile in tiles]
    # Stable: within open, to come and closed the office's own order stands.
    return sorted(made, key=lambda entry: (entry.tile.group != "query", not entry.is_open, entry.is_over))


def _shown(tile: Tile, window: BusinessWindow | None, at: datetime) -> ShownTile:
    if not tile.business:
        return ShownTile(tile, None, None, "")
    if window is None:
        return ShownTile(tile, None, WindowState.CLOSED, str(WindowState.UPCOMING.label))
    return ShownTile(tile, window, window.state_at(at), window.label_at(at))


def entries() -> dict[str, str]:
    """Where each business is done: the address of its tile (`entry_of`), with one query."""
    tiles = Tile.objects.filter(_leads_somewhere, is_shown=True).exclude(business="").select_related("page")
    found: dict[str, str] = {}
    for tile in tiles.order_by("group", "order", "pk"):
        found.setdefault(tile.business, tile.href)
    return found


def entry_of(business: str) -> Tile | None:
    """Where a business is done: its tile under 业务办理, else under 业务查询; None where it has no entry."""
    tiles = Tile.objects.filter(_leads_somewhere, is_shown=True, business=business).select_related("page")
    return tiles.order_by("group", "order", "pk").first()


def banners(at: datetime | None = None) -> "QuerySet[Banner]":
    """What the head of the home page shows at `at` (now), in order."""
    at = at or clock.now()
    return (
        Banner.objects.filter(Q(shows_from=None) | Q(shows_from__lte=at), Q(shows_until=None) | Q(shows_until__gt=at))
        .select_related("image")
        .prefetch_related("image__renditions")
        .order_by("order", "pk")
    )


def last_boundary(at: datetime) -> datetime | None:
    """The last beginning or end of a banner at or before `at`."""
    passed = Banner.objects.aggregate(
        begun=Max("shows_from", filter=Q(shows_from__lte=at)), ended=Max("shows_until", filter=Q(shows_until__lte=at))
    )
    return max(filter(None, passed.values()), default=None)
