"""Files for tests of the import: as spreadsheets and old programs write them."""

import csv
import io
import struct
from collections.abc import Sequence

from openpyxl import Workbook

Rows = Sequence[Sequence[object]]


def as_csv(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Rows) -> bytes:
    book, made = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(made)
    return made.getvalue()


def as_dbf(rows: Rows, encoding: str = "gb18030") -> bytes:
    """Every column as text of forty bytes."""
    names, width = [str(name).encode(encoding) for name in rows[0]], 40
    head = struct.pack("<B3BIHH20x", 3, 126, 11, 24, len(rows) - 1, 32 + 32 * len(names) + 1, 1 + width * len(names))
    fields = b"".join(struct.pack("<11sc4xB15x", name, b"C", width) for name in names)
    cells = [b" " + b"".join(str(cell).encode(encoding).ljust(width) for cell in row) for row in rows[1:]]
    return head + fields + b"\r" + b"".join(cells) + b"\x1a"


MAKERS = {"csv": as_csv, "xlsx": as_xlsx, "dbf": as_dbf}
