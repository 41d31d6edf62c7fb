from datetime import timedelta

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.imports.kinds import kind_of
from candidate_api.imports.kinds.kind import Kind
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.queries import is_shut, may_import
from candidate_api.imports.rules import MOST_BYTES, MOST_ROWS
from candidate_api.imports.states import Format
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.files.actions import keep, remove
from portal.kernel.text import clean
from portal.kernel.users.models import User
from portal.kernel.work import wake

KEPT = timedelta(days=30)  # what is written stays for good


def upload(
    kind_code: str, file: File, *, name: str, session_code: str, expected: int, note: str, by: Actor
) -> ImportBatch:
    """Keep a file and have it checked. `expected` is how many rows whoever handed it over says that it has.

    Raises Problem: `permission_denied`, `not_found` for an unknown kind, `payload_too_large`, `validation_failed` for
    a file of another format, a session that does not exist, is closed or still to be sat, a number that cannot be,
    `state_conflict` where the same file waits already.
    """
    if not may_import(by):
        raise Problem(Code.PERMISSION_DENIED)
    kind, name = kind_of(kind_code), clean(name)[-120:]
    if file.size > MOST_BYTES:
        raise Problem(Code.PAYLOAD_TOO_LARGE, too_large())
    ending = name.rpartition(".")[2].lower()
    if ending not in Format.values:
        raise invalid("file", "format", _("只能导入csv、xlsx、dbf文件。"))
    if not 1 <= expected <= MOST_ROWS:
        raise invalid("expected", "range", _("数据行数须在1到%(most)d之间。") % {"most": MOST_ROWS})
    session = _session(session_code, kind) if kind.of_session else None
    owner = User.objects.get(pk=by.user_id or 0)
    kept = keep(
        b"".join(file.chunks()),
        kind="import",
        owner=owner,
        name=name,
        content_type="application/octet-stream",
        expires_at=clock.now() + KEPT,
    )
    try:
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                kind=kind.code,
                session=session,
                name=name,
                format=ending,
                file=kept,
                sha256=kept.sha256,
                expected=expected,
                note=note,
                uploaded_by=owner,
                uploaded_at=clock.now(),
            )
            facts = {"kind": kind.code, "sha256": kept.sha256, "size": kept.size, "rows": expected}
            record("imports.upload", batch, by=by, to_state=batch.state, note=note, **facts)
            wake("imports.check_due")
    except IntegrityError as error:
        remove(kept)
        raise Problem(Code.STATE_CONFLICT, _("这个文件已经上传，正在核对或者等待审批。")) from error
    return batch


def too_large() -> str:
    """What is said of a file over the limit."""
    return _("文件不能超过%(most)dMB。") % {"most": MOST_BYTES // 1024 // 1024}


def _session(code: str, kind: Kind) -> ExamSession:
    session: ExamSession | None = ExamSession.objects.filter(code=code).first()
    if session is None:
        raise invalid("session", "required", _("请选择考期。"))
    if is_shut(session):
        raise invalid("session", "closed", _("该考期已结束，不能再导入。"))
    if kind.of_exams and clock.today() <= session.second_day:
        raise invalid("session", "not_over", _("该考期的考试还没有结束，没有成绩可以导入。"))
    return session
