"""What may leave with a record, over plain values (domain 8.3)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from candidate_api.results.states import PASS_MARK, Source

# What other provinces do not take over.
STAYS = frozenset({Source.EXEMPTION, Source.COMBINED, Source.THESIS, Source.SUBSTITUTION})
GRADES = frozenset({"优秀", "良好", "中等", "及格", "合格"})  # 等级制, as far as it is passed
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


def is_passed(mark: str) -> bool:
    """Whether a mark from another province, 60 to 100 or a grade in words, is a pass."""
    if mark.isascii() and mark.isdecimal():
        return PASS_MARK <= int(mark) <= 100
    return mark in GRADES
