"""The entries of 业务办理: the tiles that editors have made, and the businesses that staff have made without one.

Tiles know the office's windows; a type of application that has a time of its own and no window brings it here.
"""

from dataclasses import replace
from datetime import UTC, datetime

from django.urls import reverse

from cms.tiles.models import Tile
from cms.tiles.queries import ShownTile, shown
from cms.tiles.rules import TileGroup
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from review.types.models import ApplicationType
from review.types.queries import published

_NEEDED = ("slug", "title", "business", "opens_at", "closes_at")
_LONG_AGO, _FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def tiles(*, user_id: int | None = None) -> list[ShownTile]:
    """The editors' tiles in their order, those of a type with the type's own time. Three queries."""
    types = _types()
    return [_timed(entry, types) for entry in shown(user_id=user_id)]


def every(*, user_id: int | None = None) -> list[ShownTile]:
    """The same, then what nobody has made a tile for yet. Three queries."""
    made, types = shown(user_id=user_id), _types()
    led = {entry.tile.href for entry in made}
    windows = {entry.tile.business for entry in made} - {""}
    bare = [
        ShownTile(Tile(label=type_.title, group=TileGroup.BUSINESS, icon="doc", target=path), None, None, "")
        for path, type_ in types.items()
        if path not in led and type_.business not in windows
    ]
    return [_timed(entry, types) for entry in (*made, *bare)]


def _types() -> dict[str, ApplicationType]:
    return {reverse("home:apply", args=[type_.slug]): type_ for type_ in published().only(*_NEEDED)}


def _timed(entry: ShownTile, types: dict[str, ApplicationType]) -> ShownTile:
    type_ = types.get(entry.tile.href)
    if type_ is None or entry.tile.business or (type_.opens_at is None and type_.closes_at is None):
        return entry
    window = BusinessWindow(opens_at=type_.opens_at or _LONG_AGO, closes_at=type_.closes_at or _FAR_AHEAD)
    now = clock.now()
    return replace(entry, window=window, state=window.state_at(now), state_label=window.label_at(now))
