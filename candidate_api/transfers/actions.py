"""转出: approved, handed over as a file, and what the other province made of it."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.candidates.actions import close
from candidate_api.candidates.queries import record_for_update
from candidate_api.transfers import queries
from candidate_api.transfers.models import TransferOut
from candidate_api.transfers.states import MAY_SEND, PROVINCES, TRANSFER_OUT
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.actions import say
from portal.kernel.states import Who
from portal.kernel.tables import Columns, Format, stream


def approve(
    candidate_id: int, province: str, number: str, scores: list[int], application_id: int, *, by: Actor
) -> TransferOut:
    """终审通过, in the transaction of the decision. Raises Problem `state_conflict` where the record, or one of the
    scores, cannot move any more."""
    candidate = record_for_update(candidate_id)
    why = queries.obstacle(candidate)
    found = list(queries.transferable(candidate).filter(pk__in=scores))
    if why or len(found) != len(set(scores)):
        raise Problem(Code.STATE_CONFLICT, why or _("所选成绩中有的已不能转出。"))
    made = TransferOut.objects.create(
        candidate=candidate,
        application_id=application_id,
        province=province,
        number=number,
        approved_at=clock.now(),
    )
    made.scores.set(found)
    record("transfers.approve", made, by=by, to_state=made.state, province=province, scores=len(found))
    return made


@transaction.atomic
def hand_over(*, format: Format, by: Actor) -> Iterator[bytes]:
    """Everything that waits, as the file for the national platform: a line for each score. It is handed over by that.

    Raises Problem: `permission_denied`, `state_conflict` where nothing waits.
    """
    if not by.has_role(*MAY_SEND):
        raise Problem(Code.PERMISSION_DENIED)
    rows = queries.waiting_for_update(by, *MAY_SEND)
    if not rows:
        raise Problem(Code.STATE_CONFLICT, _("没有待提交的转出考籍。"))
    for row in rows:
        row.hand_over()
        row.handed_over_at = clock.now()
        row.save(update_fields=["state", "handed_over_at"])
        record("transfers.hand_over", row, by=by, from_state="approved", to_state=row.state)
    lines = [(row, score) for row in rows for score in row.scores.all()]
    return stream(lines, _COLUMNS, format=format)


@transaction.atomic
def accept(transfer_id: int, *, by: Actor) -> TransferOut:
    """已转出: the other province has taken it; the record here is closed. Raises Problem: `not_found`,
    `state_conflict`."""
    row = queries.for_update(by, transfer_id, *MAY_SEND)
    TRANSFER_OUT.check(row.state, "accept", Who.STAFF)
    row.accept()
    close(row.candidate_id, by=by)
    return _end(row, "transfer_accepted", by)


@transaction.atomic
def refuse(transfer_id: int, note: str, *, by: Actor) -> TransferOut:
    """对方拒收: nothing here has changed. Raises Problem: `not_found`, `state_conflict`."""
    row = queries.for_update(by, transfer_id, *MAY_SEND)
    TRANSFER_OUT.check(row.state, "refuse", Who.STAFF)
    row.refuse()
    return _end(row, "transfer_refused", by, note=note)


def _end(row: TransferOut, template: str, by: Actor, **facts: Any) -> TransferOut:
    row.ended_at = clock.now()
    row.save(update_fields=["state", "ended_at"])
    record(f"transfers.{row.state}", row, by=by, from_state="handed_over", to_state=row.state, **facts)
    values = {"province": dict(PROVINCES)[row.province]}
    say(f"{template}:{row.pk}", template, values, to=row.candidate.user)
    return row


_COLUMNS: Columns = [
    (gettext_lazy("姓名"), lambda line: line[0].candidate.user.name),
    (gettext_lazy("证件号码"), lambda line: line[0].candidate.id_number),
    (gettext_lazy("转出省"), lambda line: "45"),
    (gettext_lazy("转出省准考证号"), lambda line: line[0].candidate.candidate_number),
    (gettext_lazy("转入省"), lambda line: line[0].province),
    (gettext_lazy("转入省准考证号"), lambda line: line[0].number),
    (gettext_lazy("课程代码"), lambda line: line[1].course.code),
    (gettext_lazy("课程名称"), lambda line: line[1].course.name),
    (gettext_lazy("成绩"), lambda line: line[1].score if line[1].score is not None else line[1].grade),
    (gettext_lazy("合格考期"), lambda line: line[1].session.code if line[1].session else line[1].origin_session),
    (gettext_lazy("来源"), lambda line: line[1].source),
]
