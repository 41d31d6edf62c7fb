"""What stands in the way of shutting a session's books: other nouns say it, each for its own books."""

from collections.abc import Callable, Iterable

from portal.kernel.errors import Words

_checks: list[Callable[[str], Iterable[Words]]] = []


def register(check: Callable[[str], Iterable[Words]]) -> None:
    """Plug in at start: `check(session_code)` says in words what is not finished yet."""
    if check not in _checks:
        _checks.append(check)


def hindrances(session_code: str) -> list[Words]:
    """Everything that is not finished yet; empty where the books may be shut."""
    return [sentence for check in _checks for sentence in check(session_code)]
