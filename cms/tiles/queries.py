from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from cms.tiles.models import Banner, Tile
from cms.windows.models import BusinessWindow
from cms.windows.queries import current_by_business
from cms.windows.rules import WindowState
from portal.kernel import clock


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
    def notice(self) -> str:
        return self.window.notice if self.window else ""


def shown(at: datetime | None = None) -> list[ShownTile]:
    """Every tile with its window at `at` (now), by group; in each group the open ones first. Two queries."""
    at = at or clock.now()
    tiles = list(Tile.objects.filter(is_shown=True).order_by("group", "order", "pk"))
    windows = current_by_business((tile.business for tile in tiles if tile.business), at=at)
    made = [_shown(tile, windows.get(tile.business), at) for tile in tiles]
    # Stable: within open and within closed the office's own order stands.
    return sorted(made, key=lambda entry: (entry.tile.group != "query", not entry.is_open))


def _shown(tile: Tile, window: BusinessWindow | None, at: datetime) -> ShownTile:
    if not tile.business:
        return ShownTile(tile, None, None, "")
    if window is None:
        return ShownTile(tile, None, WindowState.CLOSED, str(WindowState.UPCOMING.label))
    return ShownTile(tile, window, window.state_at(at), window.label_at(at))


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
