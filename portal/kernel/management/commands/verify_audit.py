"""`manage.py verify_audit`: is the audit log whole and unaltered?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.kernel.audit.actions import end, verify
from portal.kernel.audit.models import AuditEntry


class Command(BaseCommand):
    help = "Check every audit entry and the chain; exit 1 and say what is wrong where it is not whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--end", default="", help="an earlier end of the chain, as this command or audit_sealed said"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(verify(options["end"]))
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"发现 {len(found)} 处问题")
        self.stdout.write(f"审计日志完整：{AuditEntry.objects.count()} 条，末端 {end()}")
