"""Lists as files: nothing in them runs, and they are written row by row."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from portal.kernel.tables import Columns, Format, stream

COLUMNS: Columns = [("标题", lambda row: row[0]), ("数量", lambda row: row[1])]
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1+1"]


def read(content: bytes, format: Format) -> list[list[object]]:
    if format == "csv":
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    sheet = load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    return [["" if value is None else value for value in row] for row in sheet.values]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_formula_is_a_text(format: Format) -> None:
    rows = read(b"".join(stream([(text, 1) for text in FORMULAS], COLUMNS, format=format)), format)
    assert rows[0] == ["标题", "数量"]
    assert [str(row[0])[0] for row in rows[1:]] == ["'"] * len(FORMULAS)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_numbers_instants_and_nothing_keep_their_meaning(format: Format) -> None:
    rows = [(datetime(2026, 10, 24, 1, tzinfo=UTC), -3), (None, 2.5), ('a\x00b,"c"\n d', 0)]
    found = read(b"".join(stream(rows, COLUMNS, format=format)), format)[1:]
    assert [row[0] for row in found] == ["2026-10-24 09:00:00", "", 'ab,"c"\n d']
    assert [float(str(row[1])) for row in found] == [-3, 2.5, 0]


def test_rows_are_walked_through_as_they_are_asked_for() -> None:
    walked: list[int] = []

    def rows() -> Iterator[tuple[str, int]]:
        for number in range(3):
            walked.append(number)
            yield "行", number

    pieces = stream(rows(), COLUMNS, format="csv")
    next(pieces), next(pieces), next(pieces)
    assert walked == [0]
