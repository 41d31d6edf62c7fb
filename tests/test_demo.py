"""The demo as a newcomer starts it: a process of its own over an empty var/."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="tried once, with the database it brings itself"),
    pytest.mark.xdist_group("demo"),
]
SAY = """
from portal.kernel.messages.actions import say
from portal.kernel.messages.templates import Template, register
from portal.kernel.messages.states import Channel
register(Template("tests.hello", "演示", "您好，{name}", (Channel.SMS,)))
say("tests:1", "tests.hello", {"name": "韦小梅"}, mobile="13800138000")
"""
TAKEN = "CommandError: 端口 {} 已被占用。如果演示还在运行，请先停止它；否则换一个端口：make demo PORT={}\n"


@dataclass
class Demo:
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def get(self, path: str) -> tuple[int, bytes]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return manage(self.environment, *arguments)


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    port, wechat, alipay, records = free_ports(4)
    environment = {
        **os.environ,
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        "PORT": str(port),
        "WECHAT_TWIN_PORT": str(wechat),
        "ALIPAY_TWIN_PORT": str(alipay),
        "IDENTITY_TWIN_PORT": str(records),
        "DJANGO_SETTINGS_MODULE": "portal.settings.demo",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    started = Demo(port, environment, process)
    # Alone it takes half a minute; here it shares the machine with the rest of the run.
    deadline = time.monotonic() + 300
    while True:
        try:
            started.get("/demo/outbox.json")
            break
        except OSError:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "no page within five minutes"
            time.sleep(0.2)
    try:
        yield started
        # A polite signal ends it, cleanly.
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert f"http://127.0.0.1:{port}/admin/" in output
    assert output.endswith("正在停止……\n已停止。\n")


def test_static_files_and_the_admin_are_served(demo: Demo) -> None:
    assert demo.get("/admin/login/")[0] == 200
    assert demo.get("/api/v1/schema/")[0] == 200
    assert demo.get("/static/wagtailadmin/css/core.css")[0] == 200


def test_the_clock_sends_what_waits_in_the_outbox(demo: Demo) -> None:
    said = demo.manage("shell", "-c", SAY)
    assert said.returncode == 0, said.stderr

    deadline = time.monotonic() + 40
    while not (results := json.loads(demo.get("/demo/outbox.json?to=13800138000")[1])["results"]):
        assert time.monotonic() < deadline, "the schedule did not run"
        time.sleep(0.5)

    assert [(row["channel"], row["text"]) for row in results] == [("sms", "【广西自考】您好，韦小梅")]


def test_many_clients_keep_their_connections(demo: Demo) -> None:
    def visit(_: int) -> list[int]:
        answers = []
        with closing(HTTPConnection("127.0.0.1", demo.port, timeout=60)) as connection:
            for _ in range(3):
                connection.request("GET", "/demo/outbox.json")
                answer = connection.getresponse()
                answer.read()
                answers.append(answer.status)
        return answers

    with ThreadPoolExecutor(60) as clients:
        assert list(clients.map(visit, range(60))) == [[200, 200, 200]] * 60


def test_a_province_may_be_added_and_all_is_whole(demo: Demo) -> None:
    added = demo.manage("seed_demo", "--candidates", "20")
    assert added.returncode == 0, added.stderr
    checked = demo.manage("check_invariants")
    assert checked.returncode == 0, checked.stdout


def test_a_busy_port_of_a_stand_in_is_told_before_anything_is_made(demo: Demo, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    environment = demo.environment | {"PORT": str(port), "VAR_DIR": str(tmp_path)}
    refused = Demo(port, environment, demo.process).manage("demo")
    busy = environment["WECHAT_TWIN_PORT"]
    assert refused.stderr == TAKEN.format(busy, port + 10)
    assert not (tmp_path / "demo.sqlite3").exists()


def test_a_busy_port_is_told_in_one_sentence(demo: Demo) -> None:
    refused = demo.manage("demo")

    assert refused.returncode == 1
    assert refused.stderr == TAKEN.format(demo.port, demo.port + 10)


def test_a_second_demo_over_the_same_data_is_refused(demo: Demo) -> None:
    refused = manage(demo.environment | {"PORT": str(free_ports(1)[0])}, "demo", "--reset")

    assert refused.returncode == 1
    assert "演示已在运行" in refused.stderr
    assert demo.get("/demo/outbox.json")[0] == 200
