"""Lists as files: CSV and XLSX, row by row, with cells that no spreadsheet takes for a formula."""

import codecs
import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from portal.kernel import clock
from portal.kernel.errors import Words

Format = Literal["csv", "xlsx"]
Columns = list[tuple[Words, Callable[[Any], Any]]]
TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_LONGEST = 32_767  # of a cell in Excel


def stream(rows: Iterable[Any], columns: Columns, *, format: Format) -> Iterator[bytes]:
    """The file in pieces, for a StreamingHttpResponse; each column is a heading and how a row's value is found.

    `rows` are walked through once. Instants are shown on a wall clock in Guangxi, what is None as an empty cell.
    """
    return _csv(rows, columns) if format == "csv" else _xlsx(rows, columns)


def inert(value: Any) -> Any:
    """The value as a cell holds it: a text that a spreadsheet would run gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M:%S}"
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[: _LONGEST - 1]
    return f"'{text}" if _FORMULA.match(text) else text


class _Line:
    """What csv writes to: the last line is handed out and forgotten."""

    def write(self, line: str) -> bytes:
        return line.encode()


def _csv(rows: Iterable[Any], columns: Columns) -> Iterator[bytes]:
    writer = csv.writer(_Line())
    yield codecs.BOM_UTF8  # Excel reads Chinese only behind it
    yield writer.writerow([inert(heading) for heading, _value in columns])
    for row in rows:
        yield writer.writerow([inert(value(row)) for _heading, value in columns])


def _xlsx(rows: Iterable[Any], columns: Columns) -> Iterator[bytes]:
    # A workbook is a ZIP with its index at the end: it is written to the disk row by row, then handed out in pieces.
    book = Workbook(write_only=True)
    sheet = book.create_sheet()

    def cell(value: Any) -> Any:
        made = WriteOnlyCell(sheet, value=inert(value))
        if isinstance(made.value, str):
            made.data_type = "s"
        return made

    sheet.append([cell(heading) for heading, _value in columns])
    for row in rows:
        sheet.append([cell(value(row)) for _heading, value in columns])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(64 * 1024):
            yield piece
