"""`manage.py check_invariants`: does everything still hold that must hold at all times?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from candidate_api.invariants.actions import look


class Command(BaseCommand):
    help = "Check the invariants I1 to I10 over the whole database; exit 1 with the findings. Repairs nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = 0
        for checked in look():
            invariant = checked.invariant
            self.stdout.write(
                f"{invariant.code} {invariant.promise}：查 {checked.rows} 行，不符 {len(checked.findings)} 处"
            )
            for finding in checked.findings:
                self.stderr.write(f"  {finding}")
            findings += len(checked.findings)
        if findings:
            raise CommandError(f"{findings} findings")
