import socket
import threading

import pytest

from tests import network


def test_a_connection_out_is_refused_and_remembered() -> None:
    with socket.socket() as out, pytest.raises(network.OutgoingConnection):
        out.connect(("192.0.2.1", 80))
    with pytest.raises(network.OutgoingConnection):
        socket.getaddrinfo("example.com", 443)

    assert network.attempts == ["192.0.2.1", "example.com"]
    network.attempts.clear()


def test_loopback_and_files_are_open(tmp_path_factory: pytest.TempPathFactory) -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
    assert socket.getaddrinfo("localhost", 80)
    assert not network.is_here("zikao.example")


def test_threads_are_guarded_too() -> None:
    caught: list[Exception] = []

    def leave() -> None:
        try:
            socket.create_connection(("198.51.100.7", 443), timeout=1)
        except network.OutgoingConnection as error:
            caught.append(error)

    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()

    assert len(caught) == 1
    network.attempts.clear()
