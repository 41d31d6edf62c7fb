"""Production does not start on a missing, short or well-known secret, and passes Django's own deployment check."""

import os
import runpy
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.production import SECRETS, environment

ROOT = Path(__file__).resolve().parents[1]
BAD = [
    *(None, "", "short", "a" * 60, "please-CHANGE-me-0123456789-abcdefghijklmnopqrstuvwxyz"),
    "django-insecure-w8$2k!x0zv9q5t7y3u1o6p4s8d0f2g5h7j9l1c3b",
]
A_TEXT = b64encode(b"A sentence of 32 letters is none").decode()
BYTES = b64encode(bytes(range(100, 228, 4))).decode()


def settings(monkeypatch: pytest.MonkeyPatch, **changed: str | None) -> dict[str, Any]:
    """The production settings under a good environment with these changes; None takes a variable away."""
    values = {**environment(), **changed}
    monkeypatch.setattr(os, "environ", {name: value for name, value in values.items() if value is not None})
    monkeypatch.setattr("environ.Env.ENVIRON", os.environ)
    return runpy.run_module("portal.settings.production")


def _inherited() -> dict[str, str]:
    """This process's environment without what the browser's fixture needs: no operator sets that."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def test_a_good_environment_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch)

    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert "portal.demo" not in found["INSTALLED_APPS"]
    assert "ATOMIC_REQUESTS" not in found["DATABASES"]["default"]


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_secret_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, bad: str | None) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        settings(monkeypatch, **{name: bad})


@pytest.mark.parametrize("name", sorted(set(environment()) - {"DJANGO_SETTINGS_MODULE"}))
def test_every_variable_is_asked_for(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        settings(monkeypatch, **{name: None})


@pytest.mark.parametrize("name", sorted(set(environment()) - {"DJANGO_SETTINGS_MODULE"}))
def test_no_variable_may_be_empty(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        settings(monkeypatch, **{name: ""})


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("BASE_URL", "http://zikao.example"),
        ("DATABASE_URL", "sqlite:////srv/zikao.sqlite3"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "zikao.example,*"),
        ("FIELD_KEYS", f"k1:{A_TEXT}"),
        ("BLIND_INDEX_KEYS", f"k1:{BYTES},k2:{A_TEXT}"),
        ("SIGNING_KEY", A_TEXT),
        ("DATABASE_URL", "postgres://portal:postgres@10.0.0.5/portal"),
        ("DATABASE_URL", "postgres://portal:portal@10.0.0.5/portal"),
        ("DATABASE_URL", "postgres://portal:changeme@10.0.0.5/portal"),
        ("DATABASE_URL", "postgres://portal:12345678@10.0.0.5/portal"),
        ("EMAIL_URL", "smtp://office:password@10.0.0.5:25"),
        ("CELERY_BROKER_URL", "memory://localhost"),
        ("REDIS_URL", "redis://:redis@10.0.0.5:6379/0"),
        ("CELERY_BROKER_URL", "amqp://guest:guest@10.0.0.5//"),
        ("ANDROID_APPS", "cn.example.zikao/not-a-digest"),
    ],
)
def test_what_is_not_fit_for_production_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, bad: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        settings(monkeypatch, **{name: bad})


def test_it_passes_the_deployment_check() -> None:
    ran = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env={**_inherited(), **environment()}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


def test_its_static_files_can_be_collected(tmp_path: Path) -> None:
    # Names with digests: a style sheet that names a missing picture would stop the deployment here.
    ran = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT, env={**_inherited(), **environment(), "VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_the_example_environment_holds_every_variable_and_no_secret() -> None:
    lines = (ROOT / "deploy" / "env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert set(environment()) <= set(example)
    assert {name: example[name] for name in SECRETS} == dict.fromkeys(SECRETS, "")
