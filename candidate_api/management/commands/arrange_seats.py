"""`manage.py arrange_seats 2026-10 --seed …`: draw the seats of a session by lot, before its release instant."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from candidate_api.arrangements.actions import arrange
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem


class Command(BaseCommand):
    help = "Seat every paid entry of the session that has no seat yet; who has one keeps it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("session", help="the session's code, e.g. 2026-10")
        parser.add_argument("--seed", required=True, help="what the lot is drawn from; kept in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = arrange(options["session"], options["seed"], by=Actor.system("arrange-seats"))
        except Problem as problem:
            raise CommandError(str(problem.detail)) from problem
        self.stdout.write(f"考场安排：新安排 {done.seated}，收回 {done.withdrawn}")
