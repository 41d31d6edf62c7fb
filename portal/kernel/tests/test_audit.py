"""The log of who did what: complete, chained, and telling when somebody was at it."""

import hmac
import io
import json
from functools import partial

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from structlog.testing import capture_logs

from portal.kernel.actor import Actor
from portal.kernel.audit import actions
from portal.kernel.audit.models import AuditEntry, AuditLink
from portal.kernel.users.models import User
from tests.races import threads
from tests.tampering import append_only_lifted

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


@pytest.fixture
def three():
    user = User.objects.create_user("a", name="甲")
    return [actions.record("users.rename", user, by=BY, note=str(n), step=n) for n in range(3)]


def test_an_entry_keeps_who_what_and_from_where_to_where(three):
    entry = AuditEntry.objects.get(pk=three[1].pk)
    facts = (entry.actor_name, entry.channel, entry.verb, entry.subject_type, entry.note, entry.data)
    assert facts == ("test", "system", "users.rename", "kernel.user", "1", {"step": 1})


def test_a_sealed_log_verifies(three, capsys):
    assert actions.seal() == 3
    assert actions.seal() == 0
    assert list(AuditLink.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert list(actions.verify()) == []
    call_command("verify_audit")
    assert "3 条" in capsys.readouterr().out


@pytest.mark.parametrize("note", ["甲", "", 'says "no"', "back\\slash", "two\nlines", "tab\t", "\u3000", "𬴊"])
def test_the_digest_is_over_one_spelling_whatever_the_note_holds(note):
    made = actions.record("users.rename", User.objects.create_user("a", name="甲"), by=BY, note=note, b=1, a="二")
    facts = [made.at.isoformat(timespec="microseconds"), None, "test", "system", "", "", made.verb, "kernel.user"]
    facts += [made.subject_id, "", "", note, {"b": 1, "a": "二"}]
    spelt = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert made.digest == hmac.digest(settings.SIGNING_KEY.encode(), spelt, "sha256").hex()
    made.refresh_from_db()
    assert made.expected_digest() == made.digest


def test_what_a_transaction_has_written_is_chained_in_it(three, django_capture_on_commit_callbacks):
    actions.seal()
    user = User.objects.get()
    with capture_logs() as lines, django_capture_on_commit_callbacks(execute=True):
        made = [actions.record("users.rename", user, by=BY, note=str(n)) for n in range(2)]
        actions.chain((entry.pk, entry.digest) for entry in made)
    assert [line["end"] for line in lines if line["event"] == "audit_sealed"] == [actions.end()]
    assert [AuditLink.objects.get(entry=entry).position for entry in made] == [4, 5]
    assert actions.seal() == 0
    actions.chain([])
    assert list(actions.verify()) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_sealers_that_meet_take_turns():
    user = User.objects.create_user("a", name="甲")
    for _n in range(4):
        actions.record("users.rename", user, by=BY)
    actions.seal(1)  # a chain that is not empty has a last link to wait for

    def write_and_chain(n: int) -> None:
        with transaction.atomic():
            made = actions.record("users.rename", user, by=BY, note=str(n))
            actions.chain([(made.pk, made.digest)])

    assert threads(6, lambda n: actions.seal() if n % 2 else write_and_chain(n)).errors == {}
    actions.seal()
    assert AuditLink.objects.count() == 7
    assert list(actions.verify()) == []


def test_an_entry_that_was_committed_late_takes_the_next_place(three):
    actions.seal()
    late = actions.record("users.rename", User.objects.get(), by=BY)
    actions.seal()
    assert AuditLink.objects.get(entry=late).position == 4
    assert list(actions.verify()) == []


@pytest.mark.parametrize("rows", [AuditEntry, AuditLink])
def test_the_models_refuse_change_and_deletion(three, rows):
    actions.seal()
    row = rows.objects.first()
    every = [rows.objects, rows._base_manager, rows._default_manager]
    attempts = [row.save, row.delete, *(m.all().delete for m in every), *(partial(m.update, pk=9) for m in every)]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt()
    assert rows.objects.count() == 3


def _behind_the_models_back(sql: str, *values: object) -> None:
    with append_only_lifted(AuditEntry, AuditLink), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_an_altered_entry_is_found(three):
    actions.seal()
    _behind_the_models_back("UPDATE kernel_auditentry SET note = 'x' WHERE id = %s", three[1].pk)
    assert list(actions.verify()) == [f"条目 {three[1].pk} 被改动"]
    with pytest.raises(CommandError):
        call_command("verify_audit", stderr=io.StringIO())


def test_a_deleted_entry_is_found(three):
    actions.seal()
    link = AuditLink.objects.get(entry=three[1])
    _behind_the_models_back("DELETE FROM kernel_auditlink WHERE position = %s", link.position)
    _behind_the_models_back("DELETE FROM kernel_auditentry WHERE id = %s", three[1].pk)
    assert "链中缺少第 2 位" in list(actions.verify())


def test_entries_removed_at_the_end_are_found(three):
    actions.seal()
    known = actions.end()
    links = list(AuditLink.objects.order_by("position"))
    if connection.vendor == "sqlite":  # PostgreSQL's foreign key keeps the two together
        _behind_the_models_back("DELETE FROM kernel_auditentry WHERE id = %s", links[-1].entry_id)
        assert list(actions.verify(known)) == [f"第 3 位的条目 {links[-1].entry_id} 已被删除"]
    _behind_the_models_back("DELETE FROM kernel_auditlink WHERE position = %s", links[-1].position)
    _behind_the_models_back("DELETE FROM kernel_auditentry WHERE id = %s", links[-1].entry_id)
    assert list(actions.verify()) == []  # what remains is a whole chain
    assert list(actions.verify(known)) == [f"链中已没有 {known}"]
    assert list(actions.verify("3")) == ["链中已没有 3"]


def test_an_empty_log_is_not_the_one_that_was(three):
    actions.seal()
    known = actions.end()
    _behind_the_models_back("DELETE FROM kernel_auditlink")
    _behind_the_models_back("DELETE FROM kernel_auditentry")
    assert actions.end() == f"0:{actions.GENESIS}"
    assert list(actions.verify(known)) == [f"链中已没有 {known}"]


def test_the_end_is_told_elsewhere(three):
    with capture_logs() as lines:
        actions.seal()
        actions.seal()
    assert [(line["event"], line["end"]) for line in lines] == [("audit_sealed", actions.end())]


@pytest.mark.postgresql
def test_postgresql_refuses_to_empty_the_log(three):
    actions.seal()
    with transaction.atomic():
        with connection.cursor() as cursor:  # the harness empties tables between tests, and has switched it off
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE kernel_auditentry ENABLE TRIGGER never_emptied")
            cursor.execute("ALTER TABLE kernel_auditlink ENABLE TRIGGER never_emptied")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE kernel_auditentry CASCADE")
        transaction.set_rollback(True)
    assert list(actions.verify()) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("sql", ["UPDATE kernel_auditentry SET note = 'x'", "DELETE FROM kernel_auditlink"])
def test_postgresql_refuses_what_goes_around_the_models(three, sql):
    actions.seal()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(actions.verify()) == []
