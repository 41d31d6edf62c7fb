"""`manage.py load_catalogue`: the reference data of `fixtures/`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from candidate_api.catalogue.actions import load
from portal.kernel.actor import Actor


class Command(BaseCommand):
    help = (
        "Load fixtures/NN_*.json in order, in one transaction; rows that are there already stay, but for --overwrite."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--overwrite", action="store_true", help="set again what differs from the fixtures")

    def handle(self, *args: Any, **options: Any) -> None:
        files = sorted((settings.ROOT / "fixtures").glob("[0-9]*.json"))
        done = load(files, by=Actor.system("load-catalogue"), overwrite=options["overwrite"])
        self.stdout.write(f"基础数据：新增 {done.added}，更新 {done.changed}，未变 {done.kept}")
        if done.kept and not options["overwrite"]:
            self.stdout.write("已有的记录不改动；要用 fixtures/ 覆盖，请加 --overwrite。")
