"""`manage.py rotate_keys`: after a new key was put first, bring what is stored under it (docs/deploy.md)."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.kernel.crypto.keys import KeyRing, field_keys, index_keys
from portal.kernel.rotation.actions import rotate
from portal.kernel.rotation.queries import Table, stale, tables, uses


class Command(BaseCommand):
    help = (
        "Rewrite encrypted columns and blind indexes under the first key of FIELD_KEYS and BLIND_INDEX_KEYS, and tell"
        " which keys are still in use. It may be interrupted and run again; exit 1 while something is left to do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch must be at least 1")
        self._rewrite(options["batch"])
        waiting = sum(stale(table).count() for table in tables() if not table.append_only)
        lost = self._report("FIELD_KEYS", field_keys(), _counted("sealed"))
        lost += self._report("BLIND_INDEX_KEYS", index_keys(), _counted("indexes"))
        if waiting or lost:
            raise CommandError(f"尚未完成：{waiting} 行待重写，{lost} 个值没有可用的密钥。")

    def _rewrite(self, batch: int) -> None:
        total = {table.label: stale(table).count() for table in tables() if not table.append_only}
        done: Counter[str] = Counter()
        for step in rotate(batch):
            done[step.table.label] += step.rewritten
            self.stdout.write(f"{step.table.label}: {done[step.table.label]}/{total[step.table.label]}")
            for pk, fault in step.faults.items():
                self.stderr.write(f"{step.table.label} {pk}: {fault}")

    def _report(self, setting: str, ring: KeyRing, counted: dict[str, Counter[str]]) -> int:
        """Tell of each key whether it can go; how many values no key of the ring made."""
        current, _key = ring.current
        for key_id in dict.fromkeys([*ring.keys, *(key_id for held in counted.values() for key_id in held)]):
            held = {column: count[key_id] for column, count in counted.items() if count[key_id]}
            where = "，".join(f"{column} {n}" for column, n in held.items())
            if key_id == current:
                verdict = f"当前密钥，{sum(held.values())} 个值"
            elif key_id not in ring.keys:
                verdict = f"不在设置中，仍被使用：{where}"
            else:
                free = "没有值使用：换下的旧密钥可以删除，准备启用的新密钥请保留"
                verdict = f"须保留，仍被使用：{where}" if held else free
            self.stdout.write(f"{setting} {key_id or '（无标记）'}: {verdict}")
        return sum(n for count in counted.values() for key_id, n in count.items() if key_id not in ring.keys)


def _counted(kind: str) -> dict[str, Counter[str]]:
    """Of every column of that kind, how many values each key holds."""
    return {f"{table.label}.{column}": uses(table, column) for table in tables() for column in _columns(table, kind)}


def _columns(table: Table, kind: str) -> list[str]:
    return [column.name for column in (table.sealed if kind == "sealed" else table.indexes)]
