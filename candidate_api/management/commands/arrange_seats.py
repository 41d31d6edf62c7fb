"""`manage.py arrange_seats 2026-10 --seed …`: draw the seats of a session by lot; publishing them is for the desk."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from candidate_api.arrangements import queries
from candidate_api.arrangements.actions import draw_due, request
from candidate_api.sessions.models import ExamSession
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem


class Command(BaseCommand):
    help = "Draw the seats of the session by lot and show what came of it; a person publishes them at the desk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("session", help="the session's code, e.g. 2026-10")
        parser.add_argument("--seed", required=True, help="what the lot is drawn from; kept in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor.system("arrange-seats")
        try:
            request(options["session"], options["seed"], by=by)
        except Problem as problem:
            raise CommandError(str(problem.detail)) from problem
        draw_due(by=by)
        drawn = queries.of_session(ExamSession.objects.get(code=options["session"]))
        if drawn is None or drawn.state == "short":
            raise CommandError(f"座位不足：{drawn and drawn.shortages}")
        self.stdout.write(f"考场编排：{drawn.done} 科次，相邻同课程 {drawn.clashes}，待发布")
