"""Read a file, look every row up, write what it would do into lines: chunk by chunk, each in a transaction."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import uuid4

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from candidate_api.imports import queries, rules
from candidate_api.imports.files import Table, opened
from candidate_api.imports.kinds import Kind, Reading, kind_of
from candidate_api.imports.kinds.kind import Judge
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import ROWS_AT_ONCE, Unreadable
from candidate_api.imports.statements import count_anew, refuse_duplicates, stage
from candidate_api.imports.states import IMPORT, Verdict
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.states import Who

LEASE = timedelta(minutes=2)


class Taken(Exception):
    """Another worker has the batch now."""


def check_due(*, by: Actor) -> int:
    """Check every batch that waits, and those whose worker has gone; how many. Two workers take different ones."""
    done = 0
    while batch := _take(by=by):
        try:
            _check(batch, by=by)
        except Taken:
            continue
        done += 1
    return done


@transaction.atomic
def _take(*, by: Actor) -> ImportBatch | None:
    """The next batch, as if nobody had begun it; one that has ended its workers is given up."""
    while batch := queries.next_for_update():
        if queries.is_hopeless(batch):
            _give_up(batch, _("系统多次未能核对这个文件，请拆分后重新上传。"), by=by)
            continue
        batch.lines.all().delete()
        batch.token, batch.leased_until = uuid4(), clock.now() + LEASE
        batch.attempts, batch.checked = batch.attempts + 1, 0
        batch.save()
        return batch
    return None


def _check(batch: ImportBatch, *, by: Actor) -> None:
    kind = kind_of(batch.kind)
    try:
        with on_disk(batch) as path, opened(path, batch.format) as table:
            _read(batch, kind, table)
    except Unreadable as fault:
        with transaction.atomic():
            _give_up(_held(batch), str(fault), by=by)
        return
    _finish(batch, by=by)


@contextmanager
def on_disk(batch: ImportBatch) -> Iterator[Path]:
    """The file as one that libraries can open, wherever it is stored."""
    if batch.file is None:
        raise Unreadable(_("文件已不在。"))
    with tempfile.NamedTemporaryFile(suffix=f".{batch.format}") as copy:
        copy.write(batch.file.read())
        copy.flush()
        yield Path(copy.name)


def _read(batch: ImportBatch, kind: Kind, table: Table) -> None:
    places, judge = rules.layout(kind.columns, table.headings, kind.one_of), kind.prepare(batch)
    filled = ((number, cells) for number, cells in table.rows if any(cells))
    seen = 0
    while rows := list(islice(filled, ROWS_AT_ONCE)):
        seen += len(rows)
        if seen > kind.most_rows:
            raise Unreadable(_("数据超过%(most)d行，请拆分。") % {"most": kind.most_rows})
        readings = [_reading(kind, places, number, cells, len(table.headings)) for number, cells in rows]
        _judge(batch, kind, judge, readings)
        with transaction.atomic():
            _held(batch, seen)
            stage(_lines(batch, kind, readings))
    if seen != batch.expected:
        sentence = _("文件有%(seen)d行数据，上传时填写的是%(expected)d行，文件可能不完整。")
        raise Unreadable(sentence % {"seen": seen, "expected": batch.expected})


def _held(batch: ImportBatch, checked: int | None = None) -> ImportBatch:
    """The batch, locked, with its lease renewed; raises Taken where another worker has it."""
    held = queries.held_for_update(batch)
    if held is None:
        raise Taken
    if checked is not None:
        held.checked, held.leased_until = checked, clock.now() + LEASE
        held.save(update_fields=["checked", "leased_until"])
    return held


# -- rows -------------------------------------------------------------------------------------------------------------
def _reading(kind: Kind, places: dict[str, int], number: int, cells: list[str], width: int) -> Reading:
    if len(cells) < width or any(cells[width:]):
        return Reading(number, {}, _("列数与表头不符，文件可能不完整"))
    given, wrong = rules.read_cells(kind.columns, places, cells)
    return Reading(number, given, wrong)


def _judge(batch: ImportBatch, kind: Kind, judge: Judge, readings: list[Reading]) -> None:
    people = queries.candidates_by_number(number for reading in readings if (number := reading.given.get("number")))
    for reading in readings:
        reading.candidate, state, name = people.get(reading.given.get("number") or "") or (None, "", "")
        if reading.wrong:  # the preview shows whose row it is all the same
            continue
        if reading.candidate is None:
            reading.wrong = _("没有这个准考证号")
        elif state == "merged":
            reading.wrong = _("该准考证号已合并注销")
        elif rules.name(name) != reading.given["name"]:
            reading.wrong = _("姓名与准考证号不符")
    judge([reading for reading in readings if not reading.wrong])


def _lines(batch: ImportBatch, kind: Kind, readings: list[Reading]) -> Iterator[tuple[object, ...]]:
    """The lines as `stage` takes them: each row against what stands in the record."""
    candidates = {reading.candidate for reading in readings if reading.candidate is not None}
    existing = kind.existing(batch, candidates)
    for reading in readings:
        key = "" if reading.wrong else kind.key_of(reading)
        before = existing.get(key) if key else None
        verdict, wrong = _verdict(kind, reading, before)
        after = None if wrong else reading.after
        changed = before if verdict == Verdict.CHANGED else None
        yield (batch.pk, reading.number, reading.candidate, verdict.value, wrong[:300], key, after, changed)


def _verdict(kind: Kind, reading: Reading, before: dict[str, object] | None) -> tuple[Verdict, str]:
    if reading.wrong:
        return Verdict.REFUSED, reading.wrong
    if reading.same:
        return Verdict.UNCHANGED, ""
    if before is None:
        return (Verdict.NEW, "") if kind.adds else (Verdict.REFUSED, _("没有可以更改的记录"))
    if any(before[name] != reading.after[name] for name in kind.lasting):
        return Verdict.REFUSED, _("已有其他来源的成绩，不能覆盖")
    same = all(before[name] == reading.after[name] for name in kind.values)
    return (Verdict.UNCHANGED, "") if same else (Verdict.CHANGED, "")


# -- the end ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def _finish(batch: ImportBatch, *, by: Actor) -> None:
    held = _held(batch)
    count_anew()
    refuse_duplicates(held.pk, _("文件中有重复，首次在第{first}行"))
    kind_of(held.kind).settle(held)
    IMPORT.check(held.state, "finish", Who.SYSTEM)
    before = held.state
    held.finish()
    counts = dict(held.lines.order_by().values_list("verdict").annotate(Count("pk")))
    for verdict in Verdict:
        setattr(held, verdict.value, counts.get(verdict.value, 0))
    held.token = held.leased_until = None
    held.checked_at = clock.now()
    held.save()
    record("imports.finish", held, by=by, from_state=before, to_state=held.state, **counts)


def _give_up(batch: ImportBatch, fault: str, *, by: Actor) -> None:
    """The file as a whole is refused; nothing of it stays but the fault."""
    IMPORT.check(batch.state, "give_up", Who.SYSTEM)
    before = batch.state
    batch.give_up()
    batch.lines.all().delete()
    batch.fault, batch.token, batch.leased_until = fault[:300], None, None
    batch.save()
    record("imports.give_up", batch, by=by, from_state=before, to_state=batch.state)
