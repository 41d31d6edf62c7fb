"""`manage.py seed_demo --candidates N`: a province of made-up people with what they did until today."""

import time
from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import District
from portal.demo.province import bills
from portal.demo.province.make import Maker, analyze
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
        if not District.objects.exists():
            call_command("load_catalogue", stdout=StringIO())
        maker = Maker(seed)
        began = time.monotonic()
        with tqdm(total=candidates, unit="人", disable=None) as bar:
            maker.make(candidates, bar.update)
        took = time.monotonic() - began
        rows = {model._meta.verbose_name: number for model, number in maker.written.items()}
        self.stdout.write("，".join(f"{name} {number}" for name, number in rows.items()))
        made = maker.written[Candidate]
        self.stdout.write(f"新增考生 {made} 名，用时 {took:.1f} 秒，每秒 {made / took:.0f} 名")
        bills.write()
        self.chain()
        analyze()

    def chain(self) -> None:
        """The entries tell of long ago: unchained, they would look as if the sealing job had stopped."""
        began, sealed = time.monotonic(), 0
        while portion := seal(SEALED_AT_ONCE):
            sealed += portion
        self.stdout.write(f"审计链 {sealed} 条，用时 {time.monotonic() - began:.1f} 秒")
