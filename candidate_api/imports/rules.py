"""How a file must be laid out, and how a cell is read. Plain values, no database."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from candidate_api.results.states import PASS_MARK, Status
from portal.kernel.errors import Words
from portal.kernel.text import clean, clean_name

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 300_000
ROWS_AT_ONCE = 2_500
ATTEMPTS = 3  # a file that ends its worker three times is at fault itself

_FORMULA = re.compile(r"[=@]|[+\-](?![0-9.]+$)")
_PLAIN = re.compile(r"[^\uff01-\uff5e]*")
_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_MARK = re.compile(r"([0-9]{1,3})(\.0+)?")
_SESSION = re.compile(r"(19|20)[0-9]{2}-(04|10)")
_LOST = "\ufffd"


class Unreadable(Exception):
    """The file as a whole cannot be used; the argument says why."""


class Wrong(ValueError):
    """A cell or a row cannot be used; the argument says why."""


@dataclass(frozen=True)
class Column:
    """A column of a kind of file: `read` makes a value of a cell's text or raises Wrong; `blank` may be empty.

    `lacking`: the file need not have it at all. Where it may not, a column that has been left behind would blank what
    the record holds. `aliases` are what other programs call it; names in DBF have ten bytes at most.
    """

    code: str
    heading: Words
    aliases: tuple[str, ...]
    read: Callable[[str], Any]
    blank: bool = False
    lacking: bool = False


def layout(columns: Sequence[Column], headings: Sequence[str], one_of: Sequence[Column] = ()) -> dict[str, int]:
    """Where each column stands, by its code. Raises Unreadable for what is missing or there twice, and where the file
    has none of `one_of`."""
    places: dict[str, list[int]] = {}
    for place, heading in enumerate(headings):
        places.setdefault(_bare(heading), []).append(place)
    found: dict[str, int] = {}
    missing = []
    for column in columns:
        names = dict.fromkeys(_bare(name) for name in (str(column.heading), *column.aliases))
        here = [place for name in names for place in places.get(name, [])]
        if len(here) > 1:
            raise Unreadable(_("“%(heading)s”列出现了多次。") % {"heading": column.heading})
        if here:
            found[column.code] = here[0]
        elif not column.lacking:
            missing.append(str(column.heading))
    if one_of and not any(column.code in found for column in one_of):
        missing.append(_("或").join(str(column.heading) for column in one_of))
    if missing:
        raise Unreadable(_("缺少列：%(missing)s。") % {"missing": "、".join(missing)})
    return found


def read_cells(columns: Iterable[Column], places: dict[str, int], cells: Sequence[str]) -> tuple[dict[str, Any], str]:
    """The values of a row by column, and what is wrong with it, in words."""
    given: dict[str, Any] = {}
    wrong = []
    for column in columns:
        text = cells[places[column.code]] if column.code in places else ""
        try:
            given[column.code] = _value(column, text)
        except Wrong as error:
            wrong.append(f"{column.heading}：{error}")
    return given, "；".join(wrong)


def _value(column: Column, text: str) -> Any:
    if _LOST in text:
        raise Wrong(_("有无法识别的字符"))
    if _FORMULA.match(text):
        raise Wrong(_("单元格是公式"))
    if not text:
        if column.blank:
            return None
        raise Wrong(_("不能为空"))
    return column.read(text)


def tidy(text: str) -> str:
    """`clean`, and the quick way for a text that has nothing to clean."""
    return text.strip() if text.isprintable() and _PLAIN.fullmatch(text) else clean(text)


def _bare(heading: str) -> str:
    return tidy(heading).replace(" ", "").upper()


# -- cells ------------------------------------------------------------------------------------------------------------
def candidate_number(text: str) -> str:
    if len(text) != 12 or not (text.isascii() and text.isdigit()):
        raise Wrong(_("须为12位数字（在Excel中请设为文本）"))
    return text


def course_code(text: str) -> str:
    if len(text) != 5 or not (text.isascii() and text.isdigit()):
        raise Wrong(_("须为5位数字（在Excel中请设为文本）"))
    return text


def name(text: str) -> str:
    return clean_name(text).replace(" ", "")


def mark(text: str) -> int:
    """A mark from 0 to 100, whole."""
    found = _MARK.fullmatch(text)
    if found is None or int(found[1]) > 100:
        raise Wrong(_("须为0到100的整数"))
    return int(found[1])


def session_code(text: str) -> str:
    if not _SESSION.fullmatch(text):
        raise Wrong(_("须如2023-10"))
    return text


def day(text: str) -> str:
    """A day as ISO 8601, from 2026-01-31, 2026/1/31, 20260131 or 2026年1月31日."""
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else _no_day()
    except ValueError as error:
        raise Wrong(_("没有这一天")) from error


def _no_day() -> str:
    raise Wrong(_("须如2026-01-31"))


def words(most: int) -> Callable[[str], str]:
    """Text of so many characters at most."""

    def read(text: str) -> str:
        if len(text) > most:
            raise Wrong(_("最多%(most)d个字") % {"most": most})
        return text

    return read


def one_of(choices: Iterable[tuple[str, Any]]) -> Callable[[str], str]:
    """A code, given by itself or by its label."""
    known = list(choices)

    def read(text: str) -> str:
        for code, label in known:
            if text in (code, str(label)):
                return code
        raise Wrong(_("须为%(labels)s之一") % {"labels": "、".join(str(label) for _code, label in known)})

    return read


# -- what a mark means ------------------------------------------------------------------------------------------------
# 等级制 of theses and practice (domain 3.6), from the mark on.
BANDS = ((90, "优秀"), (80, "良好"), (70, "中等"), (60, "合格"), (0, "不合格"))
_BY_MARK = (Status.PASSED, Status.FAILED)


def outcome(score: int | None, grade: str | None, status: str | None) -> str:
    """The status that mark, grade and a status of its own make together. Raises Wrong where they disagree."""
    if status is not None and status not in _BY_MARK:
        if score or grade:
            raise Wrong(_("缺考、违纪等状态不能有成绩"))
        return status
    if score is None and grade is None:
        raise Wrong(_("没有成绩"))
    if score is not None and grade is not None and grade != band(score):
        raise Wrong(_("等级与分数不符"))
    passed = score >= PASS_MARK if score is not None else grade != BANDS[-1][1]
    if status is not None and (status == Status.PASSED) != passed:
        raise Wrong(_("成绩状态与分数不符"))
    return Status.PASSED if passed else Status.FAILED


def band(score: int) -> str:
    """The grade of a mark."""
    return next(grade for least, grade in BANDS if score >= least)
