import json
from pathlib import Path
from typing import Any

from portal.kernel.actor import Actor

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SEED = Actor.system("seed")


def read(name: str) -> Any:
    """The plain data of `fixtures/<name>.json`."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def previous(session: str) -> str:
    """The session before: `2027-04` → `2026-10`."""
    year, month = session.split("-")
    return f"{year}-04" if month == "10" else f"{int(year) - 1}-10"


def month_of(session: str) -> str:
    """`2027-04` → `2027年4月`"""
    year, month = session.split("-")
    return f"{year}年{int(month)}月"


def half_of(session: str) -> str:
    """`2027-04` → `2027年上半年`"""
    year, month = session.split("-")
    return f"{year}年{'上' if month == '04' else '下'}半年"
