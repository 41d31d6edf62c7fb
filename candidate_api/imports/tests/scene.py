"""An archive with two keepers and some candidates, for tests of the import."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from candidate_api.imports import actions
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.tests.files import MAKERS, Rows
from portal.kernel.actor import Actor
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

WORKER = Actor.system("imports")
SESSION = "2026-10"
SCORES = ["准考证号", "姓名", "课程代码", "成绩", "成绩状态"]


def keepers() -> tuple[Actor, Actor]:
    return _keeper(1), _keeper(2)


def _keeper(number: int) -> Actor:
    there = User.objects.filter(username=f"archive-{number}").first()
    return Actor.of(there or member("archive", number=number), "admin")


def upload(by: Actor, content: bytes, kind: str = "scores", name: str = "scores.csv", **more: Any) -> ImportBatch:
    given = {"session_code": SESSION, "expected": 1, "note": "考试中心移交"} | more
    return actions.upload(kind, SimpleUploadedFile(name, content), name=name, by=by, **given)


def checked(by: Actor, rows: Rows, kind: str = "scores", format: str = "csv", **more: Any) -> ImportBatch:
    """A batch of these rows (headings first) that has been checked."""
    given = {"expected": len(rows) - 1} | more
    batch = upload(by, MAKERS[format](rows), kind, f"file.{format}", **given)
    actions.check_due(by=WORKER)
    return now(batch)


def undone(batch: ImportBatch, why: str = "移交文件有误") -> ImportBatch:
    """Taken back: one keeper asks, the other does it."""
    one, other = keepers()
    actions.ask_undo(batch.pk, why, by=other)
    return actions.undo(batch.pk, "同意", by=one)


def now(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.get(pk=batch.pk)


def verdicts(batch: ImportBatch) -> list[tuple[int, str, str]]:
    return list(batch.lines.order_by("number").values_list("number", "verdict", "reason"))
