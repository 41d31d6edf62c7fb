"""What may leave with a record, over plain values (domain 8.3)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from candidate_api.results.states import Source

# What other provinces do not take over.
STAYS = frozenset({Source.EXEMPTION, Source.COMBINED, Source.THESIS, Source.SUBSTITUTION})
SETTLED = timedelta(days=365)  # what was transferred in stays as long


@dataclass(frozen=True)
class Held:
    """A passed score as plain values; `theory` is the code of a practice part's theory course."""

    pk: int
    course: str
    source: str
    recorded_at: datetime
    theory: str = ""


def movable(scores: Iterable[Held], passed: Collection[str], now: datetime) -> Iterator[int]:
    """The keys of those that can be transferred."""
    for one in scores:
        came_lately = one.source == Source.TRANSFER and now - one.recorded_at < SETTLED
        if one.source not in STAYS and not came_lately and (not one.theory or one.theory in passed):
            yield one.pk
