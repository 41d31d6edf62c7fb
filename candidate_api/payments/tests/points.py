"""Numbered places where a process may die: before and after each call to a channel, and each commit."""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn
from unittest.mock import patch

from django.db import connections, transaction
from django.db.transaction import Atomic

from candidate_api.payments.providers.alipay.adapter import Alipay
from candidate_api.payments.providers.wechat.adapter import WechatPay

CALLS = ("prepare", "query", "close", "refund", "query_refund")
LONGEST = 60  # seconds that a child may live


class Killed(BaseException):
    """The process is gone: nothing after it is done, nothing uncommitted stays."""


class Points:
    """Counts the places as they are passed, and calls `die` at the `at`-th."""

    def __init__(self, at: int, die: Callable[[], NoReturn]) -> None:
        self.at, self.die, self.passed = at, die, 0

    def here(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.die()

    @contextmanager
    def watched(self) -> Iterator["Points"]:
        """While inside, the places are counted."""
        with ExitStack() as patches:
            for provider in (WechatPay, Alipay):
                for name in CALLS:
                    patches.enter_context(patch.object(provider, name, self._around(getattr(provider, name))))
            patches.enter_context(patch.object(Atomic, "__exit__", self._leaving(Atomic.__exit__)))
            yield self

    def _around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            self.here()
            answer = call(*args)
            self.here()
            return answer

        return called

    def _leaving(self, leave: Callable[..., Any]) -> Callable[..., Any]:
        def left(atomic: Atomic, kind: Any, value: Any, trace: Any) -> Any:
            connection = transaction.get_connection(atomic.using)
            commits = kind is None and (atomic.durable or not connection.savepoint_ids)
            if not commits:
                return leave(atomic, kind, value, trace)
            try:
                self.here()
            except Killed as killed:
                leave(atomic, Killed, killed, killed.__traceback__)  # what is not committed goes with the process
                raise
            leave(atomic, None, None, None)
            self.here()
            return None

        return left


def kill_at(number: int, verb: Callable[[], object]) -> bool:
    """Run the verb in a process of its own that SIGKILLs itself at the `number`-th place; False where it got through.

    Needs committed data and PostgreSQL. The parent's connection is not touched.
    """
    child = os.fork()
    if child == 0:
        _live_and_die(number, verb)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _live_and_die(number: int, verb: Callable[[], object]) -> NoReturn:
    try:
        signal.alarm(LONGEST)
        kept = [(connection, connection.connection) for connection in connections.all(initialized_only=True)]
        for connection, _socket in kept:
            connection.connection = None  # the parent's: neither used nor closed here
            options = connection.settings_dict["OPTIONS"]  # nor is its pool, whose threads have stayed behind
            connection.settings_dict["OPTIONS"] = {k: v for k, v in options.items() if k != "pool"}
        with Points(number, lambda: os.kill(os.getpid(), signal.SIGKILL)).watched():  # type: ignore[arg-type,return-value]
            verb()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def raise_killed() -> NoReturn:
    raise Killed
