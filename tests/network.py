"""Nothing leaves the machine: a test that connects anywhere but to loopback or a named test service fails."""

import os
import socket
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

SERVICES = ("DATABASE_URL", "REDIS_URL", "RABBITMQ_URL", "CELERY_BROKER_URL")
attempts: list[str] = []
_allowed = {urlsplit(os.environ.get(name, "")).hostname for name in SERVICES}
_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex
_sendto, _getaddrinfo = socket.socket.sendto, socket.getaddrinfo


class OutgoingConnection(Exception):
    """The code under test tried to leave the machine."""


def is_here(host: Any) -> bool:
    """Whether `host`, a name or an address, is this machine or one of the services the tests were given."""
    if isinstance(host, bytes):
        host = host.decode()
    if host in {None, "", "localhost"} or host in _allowed:
        return True
    try:
        address = ip_address(host.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _check(host: Any) -> None:
    if not is_here(host):
        attempts.append(str(host))
        raise OutgoingConnection(host)


def _guarded(method: Any) -> Any:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _check(arguments[-1][0])
        return method(self, *arguments)

    return guarded


def close_the_door() -> None:
    """Put the guard in place for this process."""

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        _check(host)
        return _getaddrinfo(host, *arguments, **options)

    socket.socket.connect = _guarded(_connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guarded(_connect_ex)  # type: ignore[method-assign]
    socket.socket.sendto = _guarded(_sendto)  # type: ignore[method-assign]
    socket.getaddrinfo = getaddrinfo
