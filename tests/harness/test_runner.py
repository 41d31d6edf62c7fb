"""`make test` and `make lint` notice what they are there for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import lint, run


def test_what_is_missing_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"DATABASE_URL": "postgres://here", "CHROMIUM": "/no/such/browser"})

    assert list(run.what_is_missing().values()) == [
        "redis: REDIS_URL is not set",
        "rabbitmq: RABBITMQ_URL is not set",
        "browser: no Chromium was found (CHROMIUM names one)",
    ]


def test_without_services_there_is_one_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"PATH": "/bin"})
    assert [(stage.title, stage.arguments) for stage in run.stages(run.what_is_missing())] == [("SQLite", [])]

    monkeypatch.setattr(os, "environ", {"DATABASE_URL": "postgres://here", "CELERY_BROKER_URL": "amqp://here"})
    first, second = run.stages(run.what_is_missing())
    assert (first.title, first.arguments, first.environment) == ("SQLite", ["-m", "not browser"], {})
    assert (second.title, second.arguments) == ("postgresql", [])
    assert second.environment["DATABASE_URL"] == "postgres://here"


@pytest.mark.parametrize(("required", "said"), [("redis", "redis: REDIS_URL is not set"), ("oracle", "not oracle")])
def test_what_is_required_and_missing_fails_at_once(required: str, said: str) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in run.SERVICES.values()}
    command = [sys.executable, "tests/run.py"]
    ran = subprocess.run(
        command, cwd=run.ROOT, env={**bare, "REQUIRE": required}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert said in ran.stderr


def test_a_file_left_behind_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    (tmp_path / "var").mkdir()
    before = run.tree()
    (tmp_path / "var" / "allowed").touch()
    assert run.tree() == before
    (tmp_path / "left").touch()
    assert run.tree() - before == {"left"}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_a_run_leaves_nothing_in_the_temporary_directory(tmp_path: Path, workers: list[str]) -> None:
    """Run directly, and with workers; the test that it runs keeps something in `tmp_path` itself."""
    this = "tests/harness/test_runner.py::test_a_file_left_behind_is_seen"
    command = [sys.executable, "-m", "pytest", "-q", *workers, this]
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ZIKAO_"))}
    ran = subprocess.run(
        command, cwd=run.ROOT, env={**bare, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_committed_secret_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    word = "Ab3" * 12
    harmless = 'PASSWORD = env("PASSWORD")\ntoken = issue(user)\n-----BEGIN PUBLIC KEY-----\n'
    (tmp_path / "harmless.py").write_text(harmless)
    (tmp_path / "one.py").write_text(f'\nAPIV3_KEY = "{word}"\n')
    (tmp_path / "two.pem").write_text(f"-----BEGIN PRIVATE KEY{'-' * 5}\n{word * 3}\n")
    (tmp_path / "three.env").write_text("AKIA" + "A1B2" * 4)

    found = lint.search(lint.SECRETS, ["harmless.py", "one.py", "two.pem", "three.env", "absent"])

    assert found == ["one.py:2", "two.pem:1", "three.env:1"]


def test_a_registry_in_the_pins_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    (tmp_path / "pins").write_text("--index-url " + "https://mirror.example" + "/simple\n")

    assert lint.search(lint.HOSTS, ["pins"]) == ["pins:1"]
