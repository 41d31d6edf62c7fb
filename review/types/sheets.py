"""What a printed form (登记表, 申请表) says, as plain values: whoever prints it adds the decisions, photo and code."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Fact = tuple[str, str]


@dataclass(frozen=True)
class Table:
    """Rows under a title; `widths` are shares."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True)
class Words:
    """A passage under a title."""

    title: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """A form: what stands beside the photo, then the passages and tables in their order.

    `name` and `number` (the 准考证号) are whose it is; `opinions` are boxes for what no step of ours decides.
    """

    title: str
    name: str
    number: str
    facts: Sequence[Fact]
    parts: Sequence[Table | Words] = ()
    opinions: Sequence[str] = field(default=())
