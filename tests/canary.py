"""A made-up person whose numbers are looked for wherever they must not be: logs, addresses, caches, dumps, tasks.

`Watch` sees what passes while the person goes about; `dump` is what a thief of the database would read.
"""

import base64
import hashlib
import io
import logging
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

import structlog
from celery.signals import before_task_publish
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from candidate_api.services.ready import shelf
from portal.demo.models import Delivered
from portal.kernel.files.models import PrivateFile
from portal.kernel.logs import without_personal_numbers

# The demo's telephone network: what it holds has left the house, and production does not have it.
_OUTSIDE = {Delivered._meta.db_table}


@dataclass(frozen=True)
class Canary:
    """`numbers` may be read nowhere; `words` stand in the database as they are (docs/decisions/emails-stay-plain.md),
    and nowhere else that is watched."""

    numbers: tuple[str, ...]
    words: tuple[str, ...]

    def heard_in(self, text: str, *, words: bool = True) -> list[str]:
        """What of the person can be read in the text, plainly or packed as addresses and headers pack it."""
        plain = f"{text}\n{unquote_plus(text)}"
        return [secret for secret in (*self.numbers, *(self.words if words else ())) if secret in plain]

    def told_by(self, dumped: str) -> list[str]:
        """How the dump tells a number: as it is, in other clothes, or as a digest that anybody can try out."""
        return [
            f"{way} of {number}: …{dumped[max(0, at - 200) : at + 40]}…"
            for number in self.numbers
            for way, text in _clothes(number).items()
            for at in _places(text, dumped)
        ]


def _places(text: str, dumped: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(text), dumped)]


def _clothes(number: str) -> dict[str, str]:
    raw = number.encode()
    worn = {"the text": number, "the hex": raw.hex(), "the reverse": number[::-1]}
    for before in range(3):  # base64 of text that begins anywhere in a group of three bytes
        packed = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        worn[f"base64 at {before}"] = packed[(0, 2, 3)[before] : -1]
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, raw)
        worn[name] = digest.hexdigest()
        worn[f"{name} in base64"] = base64.b64encode(digest.digest()).decode().rstrip("=")
    return worn


@dataclass(frozen=True)
class Seen:
    """One answer: of which route, and what of it others than the person may get to see or keep."""

    method: str
    route: str
    url: str
    status: int
    headers: str
    body: bytes
    is_kept: bool


@dataclass
class Watch:
    answers: list[Seen] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    cached: set[str] = field(default_factory=set)

    def web(self, **options: Any) -> Client:
        """A browser that is watched."""
        return _watched(Client)(self, **options)

    def api(self) -> APIClient:
        """An app that is watched; its answers are held against the OpenAPI document too."""
        from tests.contract import ContractClient

        return _watched(ContractClient)(self)

    def look_into_the_cache(self) -> None:
        """Keep what the cache holds now: much of it is gone soon."""
        self.cached |= set(_cached())

    def visited(self) -> set[str]:
        """The route of each request that was answered with what it asked for."""
        return {seen.route for seen in self.answers if seen.status < 400}

    def leaks(self, canary: Canary) -> list[str]:
        """Where the person can be read: nowhere, or a line for each place."""
        places = {
            "log": self.lines,
            "task": self.tasks,
            "cache": sorted(self.cached),
            "address": [seen.url for seen in self.answers],
            "header": [seen.headers for seen in self.answers],
        }
        found = [
            f"{place}: {secret} in {text[:400]}"
            for place, texts in places.items()
            for text in texts
            for secret in canary.heard_in(text)
        ]
        kept = [seen for seen in self.answers if seen.is_kept and canary.heard_in(_text(seen.body))]
        return found + [f"an answer that caches may keep: {seen.method} {seen.url}" for seen in kept]


def _watched(base: type) -> Any:
    class Watched(base):  # type: ignore[misc]  # whichever client it is
        def __init__(self, watch: Watch, **options: Any) -> None:
            super().__init__(**options)
            self.watch = watch

        def request(self, **asked: Any) -> Any:
            response = super().request(**asked)
            query = asked.get("QUERY_STRING", "")
            headers = {**response.headers, **{name: _unpacked(m.value) for name, m in response.cookies.items()}}
            control = response.headers.get("Cache-Control", "")
            self.watch.answers.append(
                Seen(
                    asked["REQUEST_METHOD"],
                    response.resolver_match.route if response.resolver_match else "",
                    f"{asked['PATH_INFO']}?{query}" if query else asked["PATH_INFO"],
                    response.status_code,
                    "\n".join(f"{name}: {value}" for name, value in headers.items()),
                    b"" if response.streaming else response.content,
                    "no-store" not in control,
                )
            )
            return response

    return Watched


class _Ear(logging.Handler):
    """Every line that any logger says, at any level, as it would be written if the last net did not star numbers."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines
        [ours] = [h.formatter for h in logging.root.handlers if isinstance(h.formatter, _Renderer)]
        assert without_personal_numbers in ours.processors
        kept = [step for step in ours.processors if step is not without_personal_numbers]
        self.setFormatter(_Renderer(foreign_pre_chain=ours.foreign_pre_chain, processors=kept))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


_Renderer = structlog.stdlib.ProcessorFormatter


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch what the whole process says while the block runs."""
    watch = Watch()
    ear, level = _Ear(watch.lines), logging.root.level

    def published(body: Any = None, headers: Any = None, **_more: Any) -> None:
        watch.tasks.append(f"{body} {headers}")

    logging.root.addHandler(ear)
    logging.root.setLevel(logging.DEBUG)
    before_task_publish.connect(published)
    try:
        yield watch
    finally:
        before_task_publish.disconnect(published)
        logging.root.setLevel(level)
        logging.root.removeHandler(ear)


def _cached() -> Iterator[str]:
    """Keys and values of the cache, Redis or this process's own, and the public answers that are kept ready."""
    held: Any = cache._cache  # type: ignore[attr-defined]  # there is no public way to list it
    if isinstance(held, dict):
        pairs = list(held.items())
    else:
        client = held.get_client()
        pairs = [(key, client.get(key)) for key in client.scan_iter()]
    pairs += [(key, kept.body) for key, kept in shelf.kept.items()]
    for key, value in pairs:
        yield f"{_text(key)} = {_text(value)}"


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _unpacked(cookie: str) -> str:
    """A cookie's value, and what Django has signed and packed into it."""
    body = cookie.partition(":")[0].lstrip(".")
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return f"{cookie} {(zlib.decompress(raw) if cookie.startswith('.') else raw).decode(errors='replace')}"
    except (ValueError, zlib.error):
        return cookie


def dump() -> str:
    """Everything that the database holds, as a thief would read it; and what sessions and files unpack to."""
    parts = [_postgresql() if connection.vendor == "postgresql" else "\n".join(_sqlite())]
    parts += [str(session.get_decoded()) for session in Session.objects.all()]
    for file in PrivateFile.objects.all():
        parts.append(f"file {file.name}")
        with file.content.open("rb") as content:
            parts += [_text(part) for part in _unzipped(content.read())]
    return "\n".join(parts)


def _unzipped(content: bytes) -> Iterator[bytes]:
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(name) for name in packed.namelist())


def _sqlite() -> Iterator[str]:
    connection.ensure_connection()
    for line in connection.connection.iterdump():  # type: ignore[union-attr]  # ensured
        if not re.match(rf'INSERT INTO "({"|".join(_OUTSIDE)})"', line):
            yield line


def _postgresql() -> str:
    """By pg_dump; where there is none, the rows of all tables."""
    at = connection.settings_dict
    if tool := shutil.which("pg_dump"):
        address = {"host": at["HOST"], "port": at["PORT"], "username": at["USER"], "dbname": at["NAME"]}
        options = [f"--{name}={value}" for name, value in address.items() if value]
        options += [f"--exclude-table-data={table}" for table in _OUTSIDE]
        done = subprocess.run(
            [tool, *options], capture_output=True, text=True, check=True, env={"PGPASSWORD": at["PASSWORD"] or ""}
        )
        return done.stdout
    with connection.cursor() as cursor:
        rows = []
        for table in set(connection.introspection.table_names(cursor)) - _OUTSIDE:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 -- the database's own names
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)
