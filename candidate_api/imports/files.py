"""A file of rows, opened: CSV, XLSX and DBF, in UTF-8 or GB18030, row by row. What cannot be used raises Unreadable."""

import codecs
import csv
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dbfread import DBF, FieldParser
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from candidate_api.imports.rules import Unreadable, tidy
from candidate_api.imports.states import Format

_PIECE = 1024 * 1024
_MOST_UNPACKED = 200 * 1024 * 1024
_FORMULA_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+[0-9]+)"[^>]*>\s*<f[ />]')
_LONGEST_CELL = 2000  # bytes of XML between a cell's beginning and its formula, at most
_DBF_HEAD = struct.Struct("<4xIHH")
_BROKEN_DBF = (ValueError, LookupError, EOFError, OSError, struct.error)


@dataclass(frozen=True)
class Table:
    """Headings, and the rows beneath them with their numbers in the file (headings are row 1)."""

    headings: list[str]
    rows: Iterator[tuple[int, list[str]]]


@contextmanager
def opened(path: Path, format: str) -> Iterator[Table]:
    """The file as a table. Rows are read while they are asked for and may raise Unreadable too."""
    with {Format.CSV: _csv, Format.XLSX: _xlsx, Format.DBF: _dbf}[Format(format)](path) as table:
        if not any(table.headings):
            raise Unreadable(_("文件是空的。"))
        yield table


def _headed(lines: Iterator[tuple[int, list[str]]]) -> Table:
    """The first line that is not empty holds the headings."""
    return Table(next((cells for _number, cells in lines if any(cells)), []), lines)


# -- text -------------------------------------------------------------------------------------------------------------
@contextmanager
def _csv(path: Path) -> Iterator[Table]:
    with path.open(encoding=_encoding(path), newline="") as file:
        yield _headed(_lines(csv.reader(file, strict=True)))


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [tidy(cell) for cell in cells]
    except csv.Error as error:
        sentence = _("第%(number)d行之后无法读取，引号不成对，文件可能不完整。")
        raise Unreadable(sentence % {"number": number}) from error


def _encoding(path: Path) -> str:
    """UTF-8 where all of it is UTF-8, else GB18030, which GBK is a part of."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(_("文件编码是UTF-16，请另存为UTF-8或者GBK编码。"))
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise Unreadable(_("文件编码不是UTF-8或者GBK，或文件不完整。"))


def _decodes(path: Path, encoding: str, start: int = 0) -> bool:
    """Whether everything from byte `start` on is text of that encoding. Text in a CSV has no zero bytes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        file.seek(start)
        try:
            while piece := file.read(_PIECE):
                if not start and b"\0" in piece:
                    raise Unreadable(_("文件不是文本，请检查文件格式。"))
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


# -- Excel ------------------------------------------------------------------------------------------------------------
@contextmanager
def _xlsx(path: Path) -> Iterator[Table]:
    _look_inside(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(_("Excel文件无法读取，可能不完整或者有密码。")) from error
    if not sheets:
        raise Unreadable(_("文件是空的。"))
    if any(sheet.height for sheet in sheets[1:]):
        raise Unreadable(_("只能有一个工作表有数据，请删除其他工作表。"))
    yield _headed((number, [_text(value) for value in row]) for number, row in enumerate(sheets[0].iter_rows(), 1))


def _look_inside(path: Path) -> None:
    """Refuse what is no whole XLSX, what would unpack to too much, and formulas: their results may be old."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise Unreadable(_("Excel文件解压后太大，请改用CSV。"))
            formulas: list[str] = []
            for part in parts:
                with archive.open(part) as file:  # reads all of it: a checksum that is wrong is an incomplete file
                    formulas += _formulas(file, part.filename)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise Unreadable(_("不是完整的Excel（xlsx）文件。旧格式xls请另存为xlsx。")) from error
    if formulas:
        where = "、".join(formulas[:5])
        raise Unreadable(_("工作表中有公式（%(where)s），请只保留数值。") % {"where": where})


def _formulas(file: Any, name: str) -> Iterator[str]:
    is_sheet, rest = name.startswith("xl/worksheets/"), b""
    while piece := file.read(_PIECE):
        if is_sheet:
            piece = rest + piece
            last = 0
            for found in _FORMULA_CELL.finditer(piece):
                last = found.end()
                yield found[1].decode()
            rest = piece[max(last, len(piece) - _LONGEST_CELL) :]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else str(value)


# -- DBF --------------------------------------------------------------------------------------------------------------
class _Parser(FieldParser):
    """A field that cannot be parsed comes as its text, for the row to be refused and not the file."""

    def parse(self, field: Any, data: bytes) -> Any:
        try:
            return super().parse(field, data)
        except (ValueError, KeyError):
            return self.decode_text(data.strip(b" \0"))


@contextmanager
def _dbf(path: Path) -> Iterator[Table]:
    start, number = _dbf_sizes(path)
    encoding = "utf-8" if _decodes(path, "utf-8", start) else "gb18030"
    try:
        table = DBF(
            str(path),
            encoding=encoding,
            parserclass=_Parser,
            recfactory=list,
            ignore_missing_memofile=True,
            char_decode_errors="replace",
        )
    except _BROKEN_DBF as error:
        raise Unreadable(_("DBF文件的表头无法读取。")) from error
    lines = ((row, [_text(value) for _name, value in pairs]) for row, pairs in enumerate(_records(table), 2))
    yield Table(list(table.field_names) if number else [], lines)


def _dbf_sizes(path: Path) -> tuple[int, int]:
    """Where the records begin, and how many there are; the file must hold as many as its head says."""
    with path.open("rb") as file:
        head = file.read(_DBF_HEAD.size)
    if len(head) < _DBF_HEAD.size or head[0] not in (0x02, 0x03, 0x30, 0x31, 0x32, 0x83, 0x8B, 0xF5):
        raise Unreadable(_("不是DBF文件。"))
    number, start, length = _DBF_HEAD.unpack(head)
    if not length or path.stat().st_size < start + number * length:
        raise Unreadable(_("DBF文件不完整：表头记录数与文件大小不符。"))
    return start, number


def _records(table: DBF) -> Iterator[list[tuple[str, Any]]]:
    try:
        yield from table
    except _BROKEN_DBF as error:
        raise Unreadable(_("DBF文件的记录无法读取。")) from error
