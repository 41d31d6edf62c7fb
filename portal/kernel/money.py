"""Money is an integer of fen inside and a string of yuan with two places outside; never a float."""

CURRENCY = "CNY"


def yuan(fen: int) -> str:
    """`4000` → `"40.00"`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
