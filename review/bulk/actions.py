"""Many at once: confirmed by their number, each in a transaction of its own, what failed to be tried again."""

from collections.abc import Iterable

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.work import wake
from review.applications import actions
from review.applications.states import MAY_DECIDE
from review.bulk import queries
from review.bulk.models import BulkItem, BulkRun
from review.bulk.rules import MOST, VERBS

log = structlog.get_logger("portal.bulk")


@transaction.atomic
def start(verb: str, chosen: Iterable[tuple[int, int]], typed: str, filter: str, note: str, *, by: Actor) -> BulkRun:
    """Have a worker do `verb` to all `chosen` (id and revision), whose number the actor has typed.

    Raises Problem: `permission_denied`, `validation_failed` for none, too many, or a number that is not theirs.
    """
    if not by.has_role(*MAY_DECIDE):
        raise Problem(Code.PERMISSION_DENIED)
    if verb not in dict(VERBS):
        raise invalid("verb", "invalid", _("请选择操作。"))
    rows = list(chosen)
    if not 0 < len(rows) <= MOST:
        raise invalid("typed", "invalid", _("一次可以办理1至%(most)d件，请调整筛选条件。") % {"most": MOST})
    if typed.strip() != str(len(rows)):
        sentence = _("现在符合条件的是%(n)d件，与您输入的件数不一致，请核对后重新输入。") % {"n": len(rows)}
        raise invalid("typed", "mismatch", sentence)
    run = BulkRun.objects.create(
        by_id=by.user_id or 0, verb=verb, filter=filter[:500], note=note[:500], created_at=clock.now()
    )
    BulkItem.objects.bulk_create([BulkItem(run=run, application_id=pk, revision=revision) for pk, revision in rows])
    record("bulk.start", run, by=by, act=verb, rows=len(rows), filter=run.filter)
    wake("applications.run_bulk")
    return run


@transaction.atomic
def retry(run_id: int, *, by: Actor) -> BulkRun:
    """Try again what failed, in the revision that was confirmed: what has changed since wants to be looked at.

    Raises Problem: `not_found`, `state_conflict` while the run is not finished, or where nothing failed.
    """
    run = queries.for_update(by, run_id)
    if run.finished_at is None:
        raise Problem(Code.STATE_CONFLICT, _("这次批量办理还没有完成。"))
    again = run.items.exclude(code="").update(done_at=None, code="", detail="")
    if not again:
        raise Problem(Code.STATE_CONFLICT, _("没有需要重试的申请。"))
    run.finished_at = None
    run.save(update_fields=["finished_at"])
    record("bulk.retry", run, by=by, rows=again)
    wake("applications.run_bulk")
    return run


def run_due() -> int:
    """Go on with every run that is not finished; how many items were dealt with. Outside any transaction."""
    return sum(_run(run_id) for run_id in queries.unfinished())


def _run(run_id: int) -> int:
    run = BulkRun.objects.select_related("by").get(pk=run_id)
    # What they may do is asked now: who has lost a role since decides nothing more.
    by = Actor.of(run.by, "admin")
    dealt_with = 0
    while _one(run, by):
        dealt_with += 1
    waiting = run.items.filter(done_at=None).exists()
    if not waiting:
        BulkRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=clock.now())
    return dealt_with


@transaction.atomic(durable=True)
def _one(run: BulkRun, by: Actor) -> bool:
    """The next item, in a transaction of its own; a refusal is kept beside it and undoes nothing else."""
    item = queries.next_item(run)
    if item is None:
        return False
    try:
        with transaction.atomic():
            if run.verb == "release":
                actions.release(item.application_id, by=by)
            else:
                actions.approve(item.application_id, item.revision, run.note, by=by)
    except Problem as problem:
        item.code = problem.code.value
        item.detail = str(problem.errors[0].detail if problem.errors else problem.detail)[:300]
    except Exception:  # one that cannot be done must not keep the others waiting; it can be tried again
        log.exception("bulk.item_failed", run=run.pk, application=item.application_id)
        item.code, item.detail = Code.SERVER_ERROR.value, _("系统出错，没有办理，可以重试。")
    item.done_at = clock.now()
    item.save(update_fields=["done_at", "code", "detail"])
    return True
