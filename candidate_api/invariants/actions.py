"""The checker: reports, never repairs."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from candidate_api.invariants.models import InvariantReport
from candidate_api.invariants.queries import INVARIANTS
from candidate_api.invariants.rules import EVERY, FINDINGS_KEPT, KEPT, MAY_ASK, Checked, Finding
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.work import wake


def check() -> list[Finding]:
    """Every place where an invariant is broken now; empty when all is well."""
    return [finding for checked in look() for finding in checked.findings]


def look() -> list[Checked]:
    """Each invariant with the number of rows looked at and what was found, all of one instant."""
    with _one_picture():
        return [Checked(invariant, invariant.rows(), list(invariant.find())) for invariant in INVARIANTS]


@contextmanager
def _one_picture() -> Iterator[None]:
    """While the house is open every query must see the same instant, or sums of two of them never agree."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@transaction.atomic
def ask(*, by: Actor) -> InvariantReport:
    """Have a worker look now; where one is asked for already, that one. Raises Problem `permission_denied`."""
    if not by.has_role(*MAY_ASK):
        raise Problem(Code.PERMISSION_DENIED)
    InvariantReport.objects.bulk_create([InvariantReport(asked_at=clock.now())], ignore_conflicts=True)
    report = InvariantReport.objects.select_for_update().filter(finished_at=None).first()
    if report is None:  # it has just been finished
        return InvariantReport.objects.all()[0]
    record("invariants.ask", report, by=by)
    wake("invariants.check")
    return report


def run_due() -> None:
    """Make the report that is asked for, or that the clock asks for. Outside any transaction: it looks at one instant.

    A worker that dies leaves the report waiting, and the next run makes it; of two at once the first one's is kept.
    """
    now = clock.now()
    last = InvariantReport.objects.first()
    if last is None or (last.finished_at and last.finished_at <= now - EVERY):
        InvariantReport.objects.bulk_create([InvariantReport(asked_at=now)], ignore_conflicts=True)
    waiting = InvariantReport.objects.filter(finished_at=None).first()
    if waiting is None:
        return
    results = [
        {
            "code": checked.invariant.code,
            "promise": str(checked.invariant.promise),
            "rows": checked.rows,
            "broken": len(checked.findings),
            "findings": [str(finding) for finding in checked.findings[:FINDINGS_KEPT]],
        }
        for checked in look()
    ]
    broken = sum(result["broken"] for result in results)  # type: ignore[misc]
    unfinished = InvariantReport.objects.filter(pk=waiting.pk, finished_at=None)
    unfinished.update(finished_at=clock.now(), results=results, broken=broken)
    InvariantReport.objects.filter(finished_at__lt=now - KEPT).delete()
