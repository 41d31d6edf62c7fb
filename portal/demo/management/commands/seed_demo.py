"""`manage.py seed_demo --candidates N`: a province of made-up people with what they did until today."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tqdm import tqdm

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import District
from portal.demo.province import bills
from portal.demo.province.make import Maker
from portal.kernel.audit.actions import seal

SEALED_AT_ONCE = 20_000


class Command(BaseCommand):
    help = "Add N made-up candidates with their histories. The same seed makes the same people; run again, it goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--candidates", type=int, default=200, metavar="N", help="how many (default %(default)s)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another province")

    def handle(self, *args: Any, candidates: int, seed: int, **options: Any) -> None:
        if candidates < 1 or seed < 0:
            raise CommandError("人数须为正整数，种子不能为负。")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("数据库还没有建好，请先运行 manage.py migrate。")
        parts: dict[str, float] = {}
        began = time.monotonic()
        with _timed(parts, "准备"):
            if not District.objects.exists():
                call_command("load_catalogue", stdout=StringIO())
            maker = Maker(seed)
        with _timed(parts, "考生、经历和审计链"), tqdm(total=candidates, unit="人", disable=None) as bar:
            maker.make(candidates, bar.update)
        with _timed(parts, "账单"):
            bills.write()
        with _timed(parts, "其余审计链"):
            while seal(SEALED_AT_ONCE):
                pass  # what was written before, or announced along the way
        took = time.monotonic() - began
        made = maker.written[Candidate]
        rows = {model._meta.verbose_name: number for model, number in maker.written.items()}
        self.stdout.write("，".join(f"{name} {number}" for name, number in rows.items()))
        self.stdout.write(f"新增考生 {made} 名，全程 {took:.1f} 秒，每秒 {made / took:.0f} 名")
        self.stdout.write("其中：" + "，".join(f"{name} {seconds:.1f} 秒" for name, seconds in parts.items()))


@contextmanager
def _timed(parts: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    parts[name] = time.monotonic() - began
