from django.db.models import Case, Count, Q, QuerySet, When
from django.utils.translation import gettext as _

from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from review.applications.models import Application
from review.applications.queries import to_decide, to_release
from review.bulk.models import BulkItem, BulkRun


def open_to(actor: Actor, verb: str) -> "QuerySet[Application]":
    """What the actor could do this to now."""
    return to_release(actor) if verb == "release" else to_decide(actor)


def visible_to(actor: Actor) -> "QuerySet[BulkRun]":
    """The actor's own runs, with how many of their items are done, failed and waiting."""
    done, failed = Q(items__done_at__isnull=False, items__code=""), Q(items__code__gt="")
    rows = BulkRun.objects.filter(by=actor.user_id or 0).annotate(
        total=Count("items"), done=Count("items", filter=done), failed=Count("items", filter=failed)
    )
    return rows.order_by("-pk")


def one(actor: Actor, run_id: int) -> BulkRun:
    """One of them; `not_found` for anybody else's."""
    run = visible_to(actor).filter(pk=run_id).first()
    if run is None:
        raise Problem(Code.NOT_FOUND, _("没有这次批量办理。"))
    return run


def items(run: BulkRun) -> "QuerySet[BulkItem]":
    """All of a run, with whose they are: what failed first, then in the order in which they are dealt with."""
    rows = run.items.select_related("application__type", "application__applicant")
    rows = rows.defer("application__frozen", "application__sealed_answers")
    return rows.order_by(Case(When(code="", then=1), default=0), "pk")


def for_update(actor: Actor, run_id: int) -> BulkRun:
    """One of them, locked until the transaction ends."""
    run = BulkRun.objects.select_for_update(of=("self",), no_key=True).filter(by=actor.user_id or 0, pk=run_id).first()
    if run is None:
        raise Problem(Code.NOT_FOUND, _("没有这次批量办理。"))
    return run


def next_item(run: BulkRun) -> BulkItem | None:
    """The next one that waits and that no other worker has in hand, locked until the transaction ends."""
    waiting = BulkItem.objects.filter(run=run, done_at=None).order_by("pk")
    return waiting.select_for_update(of=("self",), no_key=True, skip_locked=True).first()


def unfinished() -> list[int]:
    """Runs that a worker should go on with, the oldest first."""
    return list(BulkRun.objects.filter(finished_at=None).order_by("created_at").values_list("pk", flat=True)[:20])
