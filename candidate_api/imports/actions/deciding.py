"""What a second person decides about a batch, and taking back what was written."""

from collections.abc import Iterator
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.imports import queries
from candidate_api.imports.actions.checking import on_disk
from candidate_api.imports.files import opened
from candidate_api.imports.kinds import kind_of
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.statements import lock_candidates
from candidate_api.imports.states import IMPORT
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who
from portal.kernel.tables import Columns, stream
from portal.kernel.work import wake

STALE = gettext_lazy("核对之后考籍数据有变化，没有写入任何数据。请重新核对。")
TOUCHED = gettext_lazy("写入之后有数据被更改、合并或者引用，不能整批撤销。没有撤销任何数据。")


@transaction.atomic
def approve(batch_id: int, decision: str, *, by: Actor) -> ImportBatch:
    """Write the batch into the record, all of it or nothing, on another person's upload.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where it is not checked, has refused rows, has
    nothing to write, is one's own, belongs to a closed session, or where the record is no longer as it was checked.
    """
    batch = queries.for_update(by, batch_id)
    IMPORT.check(batch.state, "approve", Who.STAFF)
    if batch.uploaded_by_id == by.user_id:
        raise Problem(Code.STATE_CONFLICT, _("须由上传人以外的考籍人员审批。"))
    if batch.refused:
        sentence = _("有%(number)d行不能导入，请退回，改正后重新上传。")
        raise Problem(Code.STATE_CONFLICT, sentence % {"number": batch.refused})
    if not batch.new + batch.changed:
        raise Problem(Code.STATE_CONFLICT, _("没有需要写入的数据，请退回。"))
    _refuse_closed(batch)
    written = _written(batch, by)
    before = batch.state
    batch.approve()
    _decided(batch, decision, by)
    if batch.file is not None:
        batch.file.expires_at = None  # what was written can be shown for good
        batch.file.save(update_fields=["expires_at"])
    kind_of(batch.kind).tell(batch, undone=False)
    record("imports.approve", batch, by=by, from_state=before, to_state=batch.state, note=decision, **written)
    return batch


def _written(batch: ImportBatch, by: Actor) -> dict[str, int]:
    if lock_candidates(batch.pk):
        raise Problem(Code.STATE_CONFLICT, str(STALE))
    writing = kind_of(batch.kind).writer(batch, by=by)
    try:
        with transaction.atomic():
            written = {"new": writing.insert() if batch.new else 0}
    except IntegrityError as error:
        raise Problem(Code.STATE_CONFLICT, str(STALE)) from error
    written["changed"] = writing.update(to="after", was="before") if batch.changed else 0
    if written != {"new": batch.new, "changed": batch.changed} or kind_of(batch.kind).contradicts(batch):
        raise Problem(Code.STATE_CONFLICT, str(STALE))
    return written


@transaction.atomic
def ask_undo(batch_id: int, reason: str, *, by: Actor) -> ImportBatch:
    """Ask that the batch be taken back; somebody else does it. Raises Problem: `permission_denied`, `not_found`,
    `state_conflict` where it was not written, something rests on a row, or the session is closed."""
    batch = queries.for_update(by, batch_id)
    IMPORT.check(batch.state, "ask_undo", Who.STAFF)
    _refuse_closed(batch)
    if found := next(kind_of(batch.kind).dependents(batch), None):
        raise Problem(Code.STATE_CONFLICT, found)
    before = batch.state
    batch.ask_undo()
    batch.undo_reason, batch.undo_asked_by_id, batch.undo_asked_at = reason, by.user_id, clock.now()
    batch.save()
    record("imports.ask_undo", batch, by=by, from_state=before, to_state=batch.state, note=reason)
    return batch


@transaction.atomic
def keep(batch_id: int, reason: str, *, by: Actor) -> ImportBatch:
    """Leave written what somebody has asked to take back; who asked may think better of it, too. Raises Problem:
    `permission_denied`, `not_found`, `state_conflict` where nobody has asked."""
    batch = queries.for_update(by, batch_id)
    IMPORT.check(batch.state, "keep", Who.STAFF)
    before = batch.state
    batch.keep()
    batch.undo_reason, batch.undo_asked_by, batch.undo_asked_at = "", None, None
    batch.save()
    record("imports.keep", batch, by=by, from_state=before, to_state=batch.state, note=reason)
    return batch


@transaction.atomic
def undo(batch_id: int, reason: str, *, by: Actor) -> ImportBatch:
    """Take back all that the batch has written, on another person's word: what was new goes, what was changed is as
    before.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where nobody or oneself has asked for it, a row
    is no longer what the batch has made of it, something else rests on one, or the session is closed.
    """
    batch = queries.for_update(by, batch_id)
    IMPORT.check(batch.state, "undo", Who.STAFF)
    if batch.undo_asked_by_id == by.user_id:
        raise Problem(Code.STATE_CONFLICT, _("须由申请撤销以外的考籍人员撤销。"))
    _refuse_closed(batch)
    kind = kind_of(batch.kind)
    if found := next(kind.dependents(batch), None):
        raise Problem(Code.STATE_CONFLICT, found)
    if lock_candidates(batch.pk):
        raise Problem(Code.STATE_CONFLICT, str(TOUCHED))
    writing = kind.writer(batch, by=by)
    try:
        with transaction.atomic():
            taken = {"new": writing.delete() if batch.new else 0}
            taken["changed"] = writing.update(to="before", was="after") if batch.changed else 0
    except IntegrityError as error:
        raise Problem(Code.STATE_CONFLICT, str(TOUCHED)) from error
    if taken != {"new": batch.new, "changed": batch.changed} or kind.contradicts(batch):
        raise Problem(Code.STATE_CONFLICT, str(TOUCHED))
    before = batch.state
    batch.undo()
    batch.undone_by_id, batch.undone_at = by.user_id, clock.now()
    batch.save()
    kind.tell(batch, undone=True)
    record("imports.undo", batch, by=by, from_state=before, to_state=batch.state, note=reason, **taken)
    return batch


@transaction.atomic
def refuse(batch_id: int, decision: str, *, by: Actor) -> ImportBatch:
    """Decide against a batch; whoever uploaded it may take it back so. Its lines go.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict`.
    """
    batch = queries.for_update(by, batch_id)
    IMPORT.check(batch.state, "refuse", Who.STAFF)
    before = batch.state
    batch.refuse()
    _decided(batch, decision, by)
    batch.lines.all().delete()
    record("imports.refuse", batch, by=by, from_state=before, to_state=batch.state, note=decision)
    return batch


@transaction.atomic
def recheck(batch_id: int, reason: str, *, by: Actor) -> ImportBatch:
    """Check the file again: the record, or the catalogue, has changed since. Raises as `refuse`."""
    batch = queries.for_update(by, batch_id)
    IMPORT.check(batch.state, "recheck", Who.STAFF)
    before = batch.state
    batch.recheck()
    batch.lines.all().delete()
    batch.new = batch.changed = batch.unchanged = batch.refused = batch.checked = batch.attempts = 0
    batch.checked_at = None
    batch.save()
    record("imports.recheck", batch, by=by, from_state=before, to_state=batch.state, note=reason)
    wake("imports.check_due")
    return batch


@transaction.atomic
def export_refused(batch_id: int, *, by: Actor) -> Iterator[bytes]:
    """The rows that cannot be imported as a CSV in pieces: as they stand in the file, with their numbers and reasons.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where there are none.
    """
    batch = queries.for_update(by, batch_id)
    wrong = queries.reasons(batch)
    if not wrong:
        raise Problem(Code.STATE_CONFLICT, _("没有不能导入的行。"))
    record("imports.export_refused", batch, by=by, rows=len(wrong))
    return _refused_rows(batch, wrong)


def _refused_rows(batch: ImportBatch, wrong: dict[int, str]) -> Iterator[bytes]:
    with on_disk(batch) as path, opened(path, batch.format) as table:
        columns: Columns = [(_("行号"), lambda row: row[0]), (_("原因"), lambda row: wrong[row[0]])]
        columns += [(name, partial(_cell, place)) for place, name in enumerate(table.headings)]
        yield from stream((row for row in table.rows if row[0] in wrong), columns, format="csv")


def _cell(place: int, row: tuple[int, list[str]]) -> str:
    cells = row[1]
    return cells[place] if place < len(cells) else ""


def _decided(batch: ImportBatch, decision: str, by: Actor) -> None:
    batch.decision, batch.decided_by_id, batch.decided_at = decision, by.user_id, clock.now()
    batch.save()


def _refuse_closed(batch: ImportBatch) -> None:
    if batch.session is not None and queries.is_shut(batch.session):
        raise Problem(Code.STATE_CONFLICT, _("该考期已结束，不能再更改成绩。"))
