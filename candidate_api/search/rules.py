"""Where the words of a query stand in a text, and what else its writer may have meant."""

import re
from typing import NamedTuple

from portal.kernel.text import clean

BEFORE, LENGTH = 20, 90
# What people say, and what the office writes.
SAID = {
    "报名": "报考", "查分": "成绩查询", "打印准考证": "准考证", "缓考": "取消报考", "退钱": "退费", "高数": "高等数学",
    "马原": "马克思主义基本原理", "毛概": "毛泽东思想", "思修": "思想道德", "近代史": "近现代史", "改名": "信息变更",
}  # fmt: skip
# They ask, and name nothing.
_QUESTIONS = (
    "怎么样 怎么办 怎么 怎样 如何 什么时候 为什么 什么 哪里 哪儿 多少 能不能 可不可以 可以 是不是 吗 呢 么 ? ？"
)
ASKING = re.compile("|".join(re.escape(word) for word in _QUESTIONS.split()))
_RUN = re.compile(r"[\u4e00-\u9fff]{4,}")


class Piece(NamedTuple):
    text: str
    is_hit: bool


def marked(text: str, words: list[str]) -> list[Piece]:
    """The text in pieces, those that are one of `words` as hits; joined again they are the text."""
    if not words:
        return [Piece(text, is_hit=False)]
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    return [Piece(piece, is_hit=number % 2 == 1) for number, piece in enumerate(pieces) if piece]


def excerpt(text: str, words: list[str]) -> str:
    """About `LENGTH` characters of the text around the first of `words` that stands in it."""
    flat = " ".join(text.split())
    found = [flat.lower().find(word.lower()) for word in words]
    start = max(0, min((at for at in found if at >= 0), default=0) - BEFORE)
    end = start + LENGTH
    return ("…" if start else "") + flat[start:end] + ("…" if end < len(flat) else "")


def rewordings(q: str) -> list[str]:
    """What else to look for where `q` finds nothing, the nearest first: as the office says it, then in words of two
    characters."""
    q = clean(q)
    said = ASKING.sub(" ", q)
    for word, ours in SAID.items():
        said = said.replace(word, f" {ours} ")
    said = " ".join(said.split())
    pairs = " ".join(_RUN.sub(lambda run: _pairs(run[0]), said).split())
    return [other for other in dict.fromkeys((said, pairs)) if other and other != q]


def _pairs(run: str) -> str:
    """The run cut after every second character; an odd last one stays with the pair before it."""
    last = len(run) - 2 if len(run) % 2 == 0 else len(run) - 3
    return " ".join([*(run[at : at + 2] for at in range(0, last, 2)), run[last:]])
