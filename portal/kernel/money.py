"""Money is an integer of fen inside and a string of yuan with two places outside; never a float."""

import re

CURRENCY = "CNY"
_YUAN = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?")


def yuan(fen: int) -> str:
    """`4000` → `"40.00"`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(text: str) -> int:
    """`"40.00"` → `4000`; ValueError for what is no amount of yuan with at most two places."""
    found = _YUAN.fullmatch(text)
    if found is None:
        raise ValueError(f"not an amount: {text[:20]!r}")
    sign, whole, part = found.groups()
    amount = int(whole) * 100 + int((part or "").ljust(2, "0"))
    return -amount if sign else amount
