"""The stand-in without its HTTP server: what payers do, notices until they are taken, and lies when told to."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import requests

from candidate_api.payments.providers.twin.ledger import Ledger, Notice, Refused

LATE = 300  # seconds that a late notice takes
REFUND_TAKES = 5  # seconds that the bank takes for a refund
NOTIFY_TIMEOUT = 5
RESULTS = ("success", "fail", "late", "twice", "never")

Letter = tuple[str, dict[str, str], bytes]
Notify = Callable[[str, dict[str, str], bytes], tuple[int, bytes]]


def post(url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """Send a notice over HTTP; the status and the text it was answered with."""
    with requests.Session() as session:
        session.trust_env = False  # the merchant is on this machine: no proxy
        answer = session.post(url, data=body, headers=headers, timeout=NOTIFY_TIMEOUT, allow_redirects=False)
        return answer.status_code, answer.content


class Gateway:
    """`time_scale` shortens every pause: 0.01 makes 15 s of it 0.15 s. `notify` delivers a notice."""

    name: ClassVar[str]
    retry_after: ClassVar[Sequence[int]]  # seconds between the tries, as the channel documents them
    notify_lies: ClassVar[Sequence[str]] = ("wrong_signature", "wrong_amount", "wrong_merchant", "stale_timestamp")
    answer_lies: ClassVar[Sequence[str]]

    def __init__(self, directory: Path, notify: Notify, time_scale: float) -> None:
        self.ledger = Ledger(directory / "ledger.sqlite3")
        self.time_scale = time_scale
        self.calls: Counter[str] = Counter()
        self._notify = notify
        self._lies: dict[tuple[str, str], int] = {}
        self._lies_lock = threading.Lock()
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._sender = threading.Thread(target=self._send_notices, name=f"{self.name}-twin-notices", daemon=True)
        self._sender.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        self._sender.join()
        self.ledger.close()

    # -- what each channel does in its own way ------------------------------------------------------------------
    def letter(self, trade: Any, event_id: str) -> Letter:
        """The notice of a success as it is sent: address, headers, body; the signature is of now."""
        raise LookupError(self.name)

    def refund_letter(self, out_refund_no: str, event_id: str) -> Letter:
        """The notice of a refund's end; the bank is done by then."""
        raise LookupError(self.name)

    def taken(self, status: int, body: bytes) -> bool:
        """Whether the merchant's answer to a notice means that it need not be repeated."""
        raise LookupError(self.name)

    # -- lies ---------------------------------------------------------------------------------------------------
    def lie(self, name: str, times: int = 1, on: str = "") -> None:
        """Be wrong in this way the next so many times, `on` "notify" or "answer" (by default where it fits first)."""
        place = on or ("notify" if name in self.notify_lies else "answer")
        known = {"notify": self.notify_lies, "answer": self.answer_lies}.get(place, ())
        if name not in known:
            raise Refused(400, "PARAM_ERROR", f"unknown lie {name} on {place}: {', '.join(known)}")
        with self._lies_lock:
            self._lies[name, place] = times

    def lies(self, name: str, on: str) -> bool:
        """Whether to lie so now; each time counts."""
        with self._lies_lock:
            left = self._lies.get((name, on), 0)
            if left:
                self._lies[name, on] = left - 1
        return left > 0

    def wait(self) -> None:
        """Take as long as nobody waits for: the lie `timeout`."""
        self._stopped.wait(60 * min(1.0, self.time_scale) + 0.5)

    # -- the payer ----------------------------------------------------------------------------------------------
    def act(self, out_trade_no: str, result: str) -> bool:
        """Do as the pay page's form says; whether money was taken.

        late: the notice takes its time; twice: it comes twice; never: it never comes; fail: nothing is paid.
        """
        if result not in RESULTS:
            raise Refused(400, "PARAM_ERROR", "result 不正确")
        if result == "fail" or not self.ledger.pay(out_trade_no):
            return False
        if result != "never":
            after = LATE * self.time_scale if result == "late" else 0
            self.ledger.announce(out_trade_no, after=after, copies=2 if result == "twice" else 1)
            self._wake.set()
        return True

    # -- notices ------------------------------------------------------------------------------------------------
    def _send_notices(self) -> None:
        while not self._stopped.is_set():
            for notice in self.ledger.due_notices():
                if self._stopped.is_set():
                    return
                self._send(notice)
            self._wake.wait(min(0.5, max(0.02, self.time_scale)))
            self._wake.clear()

    def _send(self, notice: Notice) -> None:
        trade = self.ledger.trade(notice.out_trade_no)
        assert trade is not None  # noqa: S101 -- notices are of trades
        if notice.out_refund_no:
            letter = self.refund_letter(notice.out_refund_no, notice.event_id)
        else:
            letter = self.letter(trade, notice.event_id)
        try:
            taken = self.taken(*self._notify(*letter))
        except Exception:  # whatever keeps the merchant from answering, the notice is sent again
            taken = False
        given_up = notice.tries >= len(self.retry_after)
        self.ledger.noticed(notice, None if taken or given_up else self.retry_after[notice.tries] * self.time_scale)

    def summary(self) -> dict[str, Any]:
        """The books, for whoever wants to look: what the gateway believes."""
        return {
            "at": time.time(),
            "calls": dict(self.calls),
            "trades": [
                {"out_trade_no": t.out_trade_no, "state": t.now, "scene": t.scene} for t in self.ledger.trades()
            ],
            "refunds": [refund_document(row) for row in self.ledger.refunds()],
        }


def refund_document(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "refund_id": row["refund_id"],
        "out_refund_no": row["out_refund_no"],
        "out_trade_no": row["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": row["created_at"],
        "status": row["status"],
        "amount": {"total": row["total"], "refund": row["amount"], "currency": "CNY"},
    }
