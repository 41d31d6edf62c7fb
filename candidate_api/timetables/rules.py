"""编排考试时间表: how a timetable is written, line by line or in a file. Plain values, no database."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.imports import rules as cells
from candidate_api.imports.rules import Column
from candidate_api.sessions.rules import SLOTS

MOST_LINES = 1000
MOST_BYTES = 2 * 1024 * 1024
_LINE = re.compile(r"\s*(\S+?)[\s,，]+(\S+)")


def slot(text: str) -> int:
    """A slot by its number, `第2场` or its label. Raises Wrong."""
    bare = text.removeprefix("第").removesuffix("场")
    for known in SLOTS:
        if bare == str(known.number) or text == str(known.label):
            return known.number
    raise cells.Wrong(_("场次须为1至4，或者“第一天上午”等"))


COURSE = Column("course", gettext_lazy("课程代码"), ("课程", "代码", "KCDM"), cells.course_code)
SLOT = Column("slot", gettext_lazy("场次"), ("考试场次", "CC"), slot)
COLUMNS = (COURSE, SLOT)


@dataclass(frozen=True)
class Moved:
    """What becomes of one course: the slot before and after, None where it was not or will not be examined."""

    course: str
    before: int | None
    after: int | None


def numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text as cells: code, slot; what follows them on a line (a name) is for people."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found:
            yield number, [found[1], found[2]]
        elif line.strip():
            yield number, [line.strip(), ""]


def read(rows: Iterable[tuple[int, list[str]]], places: Mapping[str, int]) -> tuple[dict[str, int], list[str]]:
    """The slot of each course, and what is wrong, by the number of its line."""
    wanted: dict[str, int] = {}
    wrong = []
    for number, row in rows:
        if not any(row):
            continue
        if len(wanted) + len(wrong) >= MOST_LINES:
            wrong.append(_("超过%(most)d行。") % {"most": MOST_LINES})
            break
        given, fault = cells.read_cells(COLUMNS, dict(places), [*row, "", ""])
        if not fault and given["course"] in wanted:
            fault = _("课程%(course)s出现了两次") % {"course": given["course"]}
        if fault:
            wrong.append(_("第%(number)d行：%(fault)s。") % {"number": number, "fault": fault})
        else:
            wanted[given["course"]] = given["slot"]
    return wanted, wrong


def differences(before: Mapping[str, int], after: Mapping[str, int]) -> list[Moved]:
    """What changes, by course."""
    codes = sorted({*before, *after})
    return [Moved(c, before.get(c), after.get(c)) for c in codes if before.get(c) != after.get(c)]


def digest(timetable: Mapping[str, int]) -> str:
    """The same for the same timetable: tells whether somebody else has changed it meanwhile."""
    return sha256(repr(sorted(timetable.items())).encode()).hexdigest()[:16]
