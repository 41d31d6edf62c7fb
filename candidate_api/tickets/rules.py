"""What is printed on a ticket, and what its code says. Plain values, no database, no clock."""

from datetime import date, datetime
from typing import Any

from portal.kernel import clock
from portal.kernel.text import mask_name

# No characters that are read for one another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
KIND = "admission_ticket"
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")

# Domain 5.4: answered on cards that are filled in with a 2B pencil.
_PENCIL_CATEGORY = "politics"
_PENCIL_COURSES = {"00012", "00015", "13000", "13124", "04729"}  # English of each level, and 大学语文


def title(session_code: str) -> str:
    """`2026-10` → 广西2026年10月高等教育自学考试准考证."""
    year, month = session_code.split("-")
    return f"广西{year}年{int(month)}月高等教育自学考试准考证"


def needs_pencil(category: str, course_code: str) -> bool:
    """Whether the course is answered with a 2B pencil: public politics, English, 大学语文."""
    return category == _PENCIL_CATEGORY or course_code in _PENCIL_COURSES


def day_words(day: date) -> tuple[str, str]:
    """The day as it is printed: ISO date and 星期."""
    return day.isoformat(), WEEKDAYS[day.weekday()]


def minute(instant: datetime) -> str:
    """`2026-10-13 09:00` on a wall clock in Guangxi."""
    return f"{clock.local(instant):%Y-%m-%d %H:%M}"


def time_words(starts_at: datetime, ends_at: datetime) -> str:
    """`09:00–11:30` on a wall clock in Guangxi."""
    return f"{clock.local(starts_at):%H:%M}–{clock.local(ends_at):%H:%M}"


def plain_code(text: str) -> str:
    """A code as it is stored, from what a person typed: case, hyphens and spaces do not count."""
    return "".join(c for c in text.upper() if c.isalnum())


def shown_code(code: str) -> str:
    """A code in groups of four, for people to read and type."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def payload(code: str, digest: str, session_code: str, name: str, number: str) -> dict[str, Any]:
    """What the signed token in the QR code says: enough to check the paper offline, with the name masked.

    `print` names this very print, so that one which has been made anew since can be told.
    """
    return {
        "kind": KIND,
        "code": code,
        "session": session_code,
        "name": mask_name(name),
        "number": number[-4:],
        "print": print_mark(digest),
    }


def print_mark(digest: str) -> str:
    """A short name of one print."""
    return digest[-8:]
