"""What a 毕业生登记表 must hold, over plain values (domain 9.1, 9.6)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

NUMBER = re.compile(r"[0-9A-Z]{6,20}")
SENIOR_HIGH_BY = 19  # years of age: by then the CV must have begun


def month(text: str) -> int:
    """`2010-09` as a count of months."""
    year, number = text.split("-")
    return int(year) * 12 + int(number) - 1


def gap(rows: Sequence[Mapping[str, str]], born: date | None, now: str) -> str:
    """What is wrong with a CV of `begin` and `end` months (the last may be open): `late_start`, `reversed`, `gap`,
    `unfinished`, or empty. It goes from senior high school to `now` without a month between two entries missing."""
    if born and month(rows[0]["begin"]) > (born.year + SENIOR_HIGH_BY) * 12 + born.month - 1:
        return "late_start"
    until: int | None = None
    for number, row in enumerate(rows):
        begin, is_last = month(row["begin"]), number == len(rows) - 1
        if "end" not in row and not is_last:
            return "unfinished"
        end = month(row.get("end", now))
        if end < begin:
            return "reversed"
        if until is not None and begin > until + 1:
            return "gap"
        until = end
    return "gap" if until is None or until + 1 < month(now) else ""
