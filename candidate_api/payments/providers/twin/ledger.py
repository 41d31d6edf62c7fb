"""The gateway's books in one SQLite file, so that they survive a restart."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS trade (
    out_trade_no TEXT PRIMARY KEY, prepay_id TEXT UNIQUE NOT NULL, scene TEXT NOT NULL, asked TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'NOTPAY', transaction_id TEXT, success_time TEXT, ends_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS refund (
    out_refund_no TEXT PRIMARY KEY, refund_id TEXT NOT NULL, out_trade_no TEXT NOT NULL, asked TEXT NOT NULL,
    amount INTEGER NOT NULL, total INTEGER NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS letter (
    event_id TEXT NOT NULL, copy INTEGER NOT NULL, out_trade_no TEXT NOT NULL, out_refund_no TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, copy)
);
CREATE TABLE IF NOT EXISTS misprint (number TEXT PRIMARY KEY, fen INTEGER);
"""
LIFE = 2 * 3600  # seconds that an order lives where no time_expire is given


class Refused(Exception):
    """An answer of the gateway that is a refusal: HTTP status, its code, its sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Trade:
    out_trade_no: str
    prepay_id: str
    scene: str
    asked: dict[str, Any]
    state: str
    transaction_id: str | None
    success_time: str | None
    ends_at: float

    @property
    def now(self) -> str:
        """The state by the clock: an order past its end is closed."""
        return "CLOSED" if self.state == "NOTPAY" and time.time() >= self.ends_at else self.state


@dataclass(frozen=True)
class Notice:
    event_id: str
    copy: int
    out_trade_no: str
    out_refund_no: str  # "" where it tells of the payment
    tries: int


class Ledger:
    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._books = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=20)
        self._books.row_factory = sqlite3.Row
        self._books.execute("PRAGMA journal_mode=WAL")
        self._books.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._books.close()

    @contextmanager
    def _entry(self) -> Iterator[sqlite3.Connection]:
        """One entry in the books: alone, and whole or not at all."""
        with self._lock:
            self._books.execute("BEGIN IMMEDIATE")
            try:
                yield self._books
            except BaseException:
                self._books.execute("ROLLBACK")
                raise
            self._books.execute("COMMIT")

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._books.execute(sql, values).fetchone()
        return row

    # -- trades -------------------------------------------------------------------------------------------------
    def trade(self, out_trade_no: str) -> Trade | None:
        return _trade(self._one("SELECT * FROM trade WHERE out_trade_no = ?", out_trade_no))

    def trade_of_prepay(self, prepay_id: str) -> Trade | None:
        return _trade(self._one("SELECT * FROM trade WHERE prepay_id = ?", prepay_id))

    def trades(self) -> list[Trade]:
        with self._lock:
            rows = self._books.execute("SELECT * FROM trade ORDER BY rowid").fetchall()
        return [trade for row in rows if (trade := _trade(row))]

    def open(self, scene: str, asked: dict[str, Any]) -> Trade:
        """Enter an order; the same order again is the same entry. Raises Refused."""
        number = asked["out_trade_no"]
        with self._entry() as books:
            known = self.trade(number)
            if known is None:
                ends_at = datetime.fromisoformat(asked["time_expire"]).timestamp() if "time_expire" in asked else 0
                books.execute(
                    "INSERT INTO trade (out_trade_no, prepay_id, scene, asked, ends_at) VALUES (?, ?, ?, ?, ?)",
                    (number, f"wx{secrets.token_hex(17)}", scene, json.dumps(asked), ends_at or time.time() + LIFE),
                )
                known = self.trade(number)
                assert known is not None  # noqa: S101 -- entered above
                return known
        if known.now in {"SUCCESS", "REFUND"}:
            raise Refused(400, "ORDERPAID", "该订单已支付")
        if known.now == "CLOSED":
            raise Refused(400, "ORDER_CLOSED", "该订单已关闭")
        if known.scene != scene or known.asked != asked:
            raise Refused(400, "INVALID_REQUEST", "201 商户订单号重复")
        return known

    def pay(self, out_trade_no: str) -> bool:
        """Take the money; False where it cannot be taken any more."""
        with self._entry() as books:
            known = self.trade(out_trade_no)
            if known is None or known.now != "NOTPAY":
                return False
            books.execute(
                "UPDATE trade SET state = 'SUCCESS', transaction_id = ?, success_time = ? WHERE out_trade_no = ?",
                (f"4200{secrets.randbelow(10**24):024d}", _now(), out_trade_no),
            )
        return True

    def close_trade(self, out_trade_no: str) -> None:
        """Raises Refused: not there, or paid."""
        with self._entry() as books:
            known = self.trade(out_trade_no)
            if known is None:
                raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
            if known.now in {"SUCCESS", "REFUND"}:
                raise Refused(400, "ORDERPAID", "该订单已支付")
            books.execute("UPDATE trade SET state = 'CLOSED' WHERE out_trade_no = ?", (out_trade_no,))

    # -- refunds ------------------------------------------------------------------------------------------------
    def refund_row(self, out_refund_no: str) -> dict[str, Any] | None:
        row = self._one("SELECT * FROM refund WHERE out_refund_no = ?", out_refund_no)
        return dict(row) if row else None

    def refunds(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._books.execute("SELECT * FROM refund ORDER BY rowid")]

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Give money back; the same number again is the same refund. Raises Refused."""
        number, amount = asked["out_refund_no"], asked["amount"]
        with self._entry() as books:
            known = self.refund_row(number)
            if known:
                if json.loads(known["asked"]) != asked:
                    raise Refused(400, "INVALID_REQUEST", "退款单号重复且参数不一致")
                return known
            trade = self.trade(asked["out_trade_no"])
            if trade is None or trade.state not in {"SUCCESS", "REFUND"}:
                raise Refused(404, "RESOURCE_NOT_EXISTS", "订单不存在或未支付")
            given = books.execute(
                "SELECT COALESCE(SUM(amount), 0) FROM refund WHERE out_trade_no = ?", (trade.out_trade_no,)
            ).fetchone()[0]
            total = trade.asked["amount"]["total"]
            if amount["total"] != total or given + amount["refund"] > total:
                raise Refused(400, "INVALID_REQUEST", "退款金额不正确或超过可退金额")
            books.execute(
                "INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?, 'PROCESSING', ?)",
                (
                    number,
                    f"5030{secrets.randbelow(10**24):024d}",
                    trade.out_trade_no,
                    json.dumps(asked),
                    amount["refund"],
                    total,
                    _now(),
                ),
            )
            books.execute("UPDATE trade SET state = 'REFUND' WHERE out_trade_no = ?", (trade.out_trade_no,))
            made = self.refund_row(number)
            assert made is not None  # noqa: S101 -- entered above
            return made

    def end_refund(self, out_refund_no: str, status: str = "SUCCESS") -> None:
        """The bank is done with it; ended already, it stays so."""
        with self._entry() as books:
            books.execute(
                "UPDATE refund SET status = ? WHERE out_refund_no = ? AND status = 'PROCESSING'",
                (status, out_refund_no),
            )

    # -- bills --------------------------------------------------------------------------------------------------
    def misprint(self, number: str, fen: int | None) -> None:
        """From now on bills tell another amount of the payment or refund of this number, or (None) leave it out."""
        with self._entry() as books:
            books.execute("INSERT OR REPLACE INTO misprint VALUES (?, ?)", (number, fen))

    def misprints(self) -> dict[str, int | None]:
        with self._lock:
            return {row["number"]: row["fen"] for row in self._books.execute("SELECT * FROM misprint")}

    # -- notices ------------------------------------------------------------------------------------------------
    def announce(self, out_trade_no: str, *, out_refund_no: str = "", after: float = 0, copies: int = 1) -> None:
        """Plan the notice of a payment or a refund, `after` seconds from now, in so many copies of one event."""
        event_id = secrets.token_hex(16)
        with self._entry() as books:
            books.executemany(
                "INSERT INTO letter (event_id, copy, out_trade_no, out_refund_no, due_at) VALUES (?, ?, ?, ?, ?)",
                [(event_id, copy, out_trade_no, out_refund_no, time.time() + after) for copy in range(copies)],
            )

    def due_notices(self) -> list[Notice]:
        with self._lock:
            rows = self._books.execute(
                "SELECT event_id, copy, out_trade_no, out_refund_no, tries FROM letter"
                " WHERE done = 0 AND due_at <= ? ORDER BY due_at",
                (time.time(),),
            ).fetchall()
        return [Notice(**dict(row)) for row in rows]

    def noticed(self, notice: Notice, retry_after: float | None) -> None:
        """The notice was tried: it was taken or is given up (None), or is sent again after so many seconds."""
        with self._entry() as books:
            books.execute(
                "UPDATE letter SET tries = tries + 1, done = ?, due_at = ? WHERE event_id = ? AND copy = ?",
                (retry_after is None, time.time() + (retry_after or 0), notice.event_id, notice.copy),
            )


def _trade(row: sqlite3.Row | None) -> Trade | None:
    return Trade(**{**dict(row), "asked": json.loads(row["asked"])}) if row else None


def _now() -> str:
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")
