"""What stands on the papers of a room. Plain values, no database, no clock of its own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

ATTEMPTS = 3
KEPT = timedelta(days=30)  # after the last day of the session: disputes about who was there are over by then


@dataclass(frozen=True)
class Sitter:
    """Who sits on one chair."""

    room: str
    accessible: bool
    seat: int
    name: str
    number: str
    course: str
    course_name: str
    photo: str  # name of the picture, empty where there is none
    suspended: bool  # under 停考 that day: the chair stays empty


def rooms(sitters: Iterable[Sitter]) -> list[dict[str, Any]]:
    """The rooms in order with what their papers say: seats and 准考证号 from–to, courses by takers, the chairs."""
    by_room: dict[str, list[Sitter]] = {}
    for sitter in sorted(sitters, key=lambda s: (s.room, s.seat)):
        by_room.setdefault(sitter.room, []).append(sitter)
    return [_room(number, inside) for number, inside in by_room.items()]


def _room(number: str, inside: list[Sitter]) -> dict[str, Any]:
    courses = Counter((sitter.course, sitter.course_name) for sitter in inside)
    numbers = sorted(sitter.number for sitter in inside)
    return {
        "number": number,
        "accessible": inside[0].accessible,
        "count": len(inside),
        "first_seat": f"{inside[0].seat:02d}",
        "last_seat": f"{inside[-1].seat:02d}",
        "first_number": numbers[0],
        "last_number": numbers[-1],
        "courses": [
            {"code": code, "name": name, "takers": takers}
            for (code, name), takers in sorted(courses.items(), key=lambda item: (-item[1], item[0]))
        ],
        "seats": [
            {
                "seat": f"{sitter.seat:02d}",
                "name": sitter.name,
                "number": sitter.number,
                "course": sitter.course,
                "course_name": sitter.course_name,
                "photo": sitter.photo,
                "suspended": sitter.suspended,
            }
            for sitter in inside
        ],
    }
