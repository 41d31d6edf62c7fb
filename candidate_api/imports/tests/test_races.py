"""Two at once: each verb against itself and against the others, on one batch and on one candidate's record."""

import threading
from datetime import timedelta

import pytest

from candidate_api.imports import actions
from candidate_api.imports.actions import checking
from candidate_api.imports.models import ImportBatch, ImportLine
from candidate_api.imports.tests.files import as_csv
from candidate_api.imports.tests.scene import SCORES, WORKER, checked, keepers, now, upload
from candidate_api.registry import actions as registry
from candidate_api.registry.models import Merger
from candidate_api.results.models import Score
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.files.models import PrivateFile
from tests import life
from tests.races import threads

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("reference"),
]
OK = "与移交单核对无误"


def rows(*people):
    return [SCORES, *([person.candidate_number, person.user.name, "00023", 71, ""] for person in people)]


def test_a_batch_is_decided_once() -> None:
    one, other = keepers()
    batch = checked(one, rows(life.enrolled()))
    verbs = [actions.approve, actions.approve, actions.refuse, actions.approve, actions.refuse, actions.recheck]
    outcome = threads(6, lambda n: verbs[n](batch.pk, OK, by=other))
    assert len(outcome.values) == 1
    assert {error.code for error in outcome.errors.values()} == {Code.STATE_CONFLICT}
    decisions = AuditEntry.objects.filter(verb__in=["imports.approve", "imports.refuse", "imports.recheck"])
    assert (decisions.count(), Score.objects.count() <= 1) == (1, True)


def test_a_batch_is_taken_back_once() -> None:
    one, other = keepers()
    batch = checked(one, rows(life.enrolled()))
    actions.approve(batch.pk, OK, by=other)
    actions.ask_undo(batch.pk, "误", by=other)
    outcome = threads(4, lambda n: actions.undo(batch.pk, "误", by=one))
    assert (len(outcome.values), len(outcome.errors), Score.objects.count()) == (1, 3, 0)


def test_the_same_file_from_many_hands_waits_once() -> None:
    one, other = keepers()
    content = as_csv([SCORES, ["450000000001", "韦小莉", "00023", 71, ""]])
    outcome = threads(6, lambda n: upload((one, other)[n % 2], content))
    assert (len(outcome.values), {error.code for error in outcome.errors.values()}) == (1, {Code.STATE_CONFLICT})
    assert (ImportBatch.objects.count(), PrivateFile.objects.filter(kind="import").count()) == (1, 1)


def test_the_same_file_waits_twice_without_the_constraint(without_constraint) -> None:
    one, other = keepers()
    content = as_csv([SCORES, ["450000000001", "韦小莉", "00023", 71, ""]])
    with without_constraint(ImportBatch, "import_file_waits_once"):
        outcome = threads(4, lambda n: upload((one, other)[n % 2], content))
        assert (outcome.errors, ImportBatch.objects.count()) == ({}, 4)
        ImportBatch.objects.all().delete()


def test_two_batches_of_the_same_row_are_not_both_written() -> None:
    one, other = keepers()
    person = life.enrolled()
    first = checked(one, rows(person))
    second = checked(one, [*rows(person), []], expected=1)
    assert (first.new, second.new) == (1, 1)
    outcome = threads(2, lambda n: actions.approve((first, second)[n].pk, OK, by=other))
    assert (len(outcome.values), [e.code for e in outcome.errors.values()]) == (1, [Code.STATE_CONFLICT])
    assert Score.objects.count() == 1


def test_many_workers_check_each_file_once() -> None:
    one, _other = keepers()
    people = [life.enrolled(name=name) for name in ("韦小莉", "陆大海")]
    batches = [upload(one, as_csv(rows(*people[: n + 1])), expected=n + 1, name=f"{n}.csv") for n in range(2)]
    outcome = threads(5, lambda n: actions.check_due(by=WORKER))
    assert (outcome.errors, sum(outcome.values.values())) == ({}, 2)
    assert [(now(batch).state, now(batch).lines.count()) for batch in batches] == [("checked", 1), ("checked", 2)]


def test_a_worker_that_was_away_too_long_writes_nothing(monkeypatch) -> None:
    """It sleeps over its chunk while its lease ends and another checks the file."""
    one, _other = keepers()
    batch = upload(one, as_csv(rows(life.enrolled())))
    asleep, awake = threading.Event(), threading.Event()
    monkeypatch.setattr(checking, "_judge", _pausing(checking._judge, asleep, awake))

    def work(number: int) -> int:
        if number == 1:
            asleep.wait(30)
            ImportBatch.objects.update(leased_until=clock.now() - timedelta(seconds=1))
            try:
                return actions.check_due(by=WORKER)
            finally:
                awake.set()
        return actions.check_due(by=WORKER)

    outcome = threads(2, work)
    assert (outcome.errors, outcome.values) == ({}, {0: 0, 1: 1})
    assert (now(batch).state, now(batch).new, ImportLine.objects.count()) == ("checked", 1, 1)
    assert AuditEntry.objects.filter(verb="imports.finish").count() == 1


def _pausing(judge, asleep, awake):
    def paused(*given):
        first = not asleep.is_set()
        if first:
            asleep.set()
            awake.wait(30)
        return judge(*given)

    return paused


def test_a_merger_and_an_import_do_not_lose_a_score() -> None:
    """Whichever comes first: the score is the target's, or it was not written."""
    one, other = keepers()
    for _round in range(4):
        source, target = life.enrolled(name="韦小莉"), life.enrolled(name="韦小莉")
        batch = checked(one, rows(source))
        merger = registry.propose(source.pk, target.candidate_number or "", "同一人", by=one)
        verbs = (
            lambda b=batch: actions.approve(b.pk, OK, by=other),
            lambda m=merger: registry.approve(m.pk, "同意", by=other),
        )
        outcome = threads(2, lambda n, v=verbs: v[n]())
        assert 1 not in outcome.errors
        assert all(isinstance(error, Problem) for error in outcome.errors.values())
        assert Score.objects.filter(candidate=source).count() == 0
        assert Score.objects.filter(candidate=target).count() == int(0 in outcome.values)
    assert Merger.objects.filter(state="approved").count() == 4
