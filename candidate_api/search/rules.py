"""Where the words of a query stand in a text."""

import re
from typing import NamedTuple

BEFORE, LENGTH = 20, 90


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
