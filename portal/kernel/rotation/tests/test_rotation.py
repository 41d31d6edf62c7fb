"""A key is changed while people are at work: everything readable, findable and unique before, during and after."""

import base64
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from candidate_api.payments.models import PaymentEvent
from portal.kernel import clock
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.messages.actions import say
from portal.kernel.messages.models import Message
from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import REGISTRY, Template
from portal.kernel.rotation import actions
from portal.kernel.rotation.queries import stale, tables, uses
from portal.kernel.users.models import User

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()
USERS = next(table for table in tables() if table.model is User)


def use(settings: Any, ring: str) -> None:
    settings.FIELD_KEYS = settings.BLIND_INDEX_KEYS = ring


@pytest.fixture(autouse=True)
def _old_key(settings, monkeypatch):
    use(settings, OLD)
    monkeypatch.setitem(REGISTRY, "t", Template("t", "标题", "您好 {name}", (Channel.SMS,)))


def people(n: int) -> list[User]:
    return [User.objects.create_user(f"u{i}", name="甲", mobile=f"1380000{i:04d}") for i in range(n)]


def event() -> PaymentEvent:
    facts = {"channel": "wechat", "kind": "notify", "verified": True, "outcome": "paid", "received_at": clock.now()}
    return PaymentEvent.objects.create(body="原文", **facts)


def rotate(capsys: pytest.CaptureFixture[str], **options: Any) -> tuple[str, str]:
    call_command("rotate_keys", **options)
    said = capsys.readouterr()
    return said.out, said.err


def stored(user: User) -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mobile, mobile_index FROM kernel_user WHERE id = %s", [user.pk])
        return cursor.fetchone()


def counted(column: str) -> dict[str, int]:
    return dict(uses(USERS, column))


def test_every_keyed_column_of_every_app_is_found():
    found = {f"{t.label}.{column.name}": t.append_only for t in tables() for column in (*t.sealed, *t.indexes)}
    expected = {"kernel.user.mobile": False, "kernel.user.mobile_index": False, "candidate_api.paymentevent.body": True}
    assert expected.items() <= found.items()
    assert "candidate_api.candidate.id_number_index" in found


@pytest.mark.django_db
def test_afterwards_the_new_key_alone_reads_finds_and_keeps_unique(settings, capsys):
    users, nobody = people(5), User.objects.create_user("nobody", name="乙")
    say("paid:1", "t", {"name": "甲"}, to=users[0])
    use(settings, f"{NEW},{OLD}")

    out, err = rotate(capsys, batch=2)

    assert err == ""
    assert [line for line in out.splitlines() if line.startswith("kernel.user:")] == [
        "kernel.user: 2/5",
        "kernel.user: 4/5",
        "kernel.user: 5/5",
    ]
    assert "FIELD_KEYS k2: 当前密钥，8 个值" in out
    assert "FIELD_KEYS k1: 没有值使用：换下的旧密钥可以删除，准备启用的新密钥请保留" in out
    assert "BLIND_INDEX_KEYS k1: 没有值使用：换下的旧密钥可以删除，准备启用的新密钥请保留" in out
    use(settings, NEW)
    for number, user in enumerate(users):
        assert User.objects.get(blind_lookup(User, "mobile_index", f"1380000{number:04d}")) == user
        assert User.objects.get(pk=user.pk).mobile == f"1380000{number:04d}"
    assert [(m.address, m.text) for m in Message.objects.all()] == [("13800000000", "【广西自考】您好 甲")]
    assert stored(nobody) == ("", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("twin", name="丙", mobile="13800000000")


@pytest.mark.django_db
def test_a_second_run_writes_nothing(settings, capsys):
    user = people(1)[0]
    use(settings, f"{NEW},{OLD}")
    rotate(capsys)
    before = stored(user)
    rotate(capsys)
    assert stored(user) == before


@pytest.mark.django_db
@pytest.mark.parametrize("ring", ["FIELD_KEYS", "BLIND_INDEX_KEYS"])
def test_one_ring_can_change_alone(settings, capsys, ring):
    user = people(1)[0]
    before = stored(user)
    setattr(settings, ring, f"{NEW},{OLD}")
    rotate(capsys)
    labels = tuple(text[:2] for text in stored(user))
    assert labels == (("k2", "k1") if ring == "FIELD_KEYS" else ("k1", "k2"))
    assert sum(old == new for old, new in zip(before, stored(user), strict=True)) == 1
    setattr(settings, ring, NEW)
    assert User.objects.get(blind_lookup(User, "mobile_index", "13800000000")).mobile == "13800000000"


@pytest.mark.django_db
def test_a_run_that_was_interrupted_is_taken_up(settings, capsys):
    people(5)
    use(settings, f"{NEW},{OLD}")
    steps = actions.rotate(batch=2)
    next(step for step in steps if step.table == USERS)
    steps.close()
    assert counted("mobile") == counted("mobile_index") == {"k2": 2, "k1": 3}

    out, _err = rotate(capsys, batch=2)

    assert "kernel.user: 3/3" in out
    assert counted("mobile") == counted("mobile_index") == {"k2": 5}


@pytest.mark.django_db
def test_append_only_rows_keep_their_key_and_the_operator_is_told(settings, capsys):
    made = event()
    use(settings, f"{NEW},{OLD}")
    event()
    out, _err = rotate(capsys)
    assert "FIELD_KEYS k1: 须保留，仍被使用：candidate_api.paymentevent.body 1" in out
    assert PaymentEvent.objects.get(pk=made.pk).body == "原文"


@pytest.mark.django_db
def test_a_value_that_does_not_open_is_named_and_left_while_the_others_move(settings, capsys):
    users = people(3)
    _set(users[1], mobile=stored(users[0])[0][:-4] + "AAAA")
    _set(users[2], mobile="k0:" + stored(users[0])[0][3:])
    before = stored(users[1])[0], stored(users[2])[0]
    use(settings, f"{NEW},{OLD}")

    with pytest.raises(CommandError, match="1 个值没有可用的密钥"):
        call_command("rotate_keys")

    said = capsys.readouterr()
    assert f"kernel.user {users[1].pk}: a value of kernel.user.mobile does not open" in said.err
    assert "FIELD_KEYS k0: 不在设置中，仍被使用：kernel.user.mobile 1" in said.out
    assert (stored(users[1])[0], stored(users[2])[0]) == before
    assert stored(users[0])[0].startswith("k2:")


@pytest.mark.django_db
def test_a_pair_that_two_keys_had_hidden_is_named_and_left(settings, capsys):
    first, last = people(2)
    use(settings, f"{NEW},{OLD}")
    User.objects.filter(pk=last.pk).delete()
    twin = User.objects.create_user("twin", name="乙", mobile="13800000000")

    with pytest.raises(CommandError, match="1 行待重写"):
        call_command("rotate_keys")

    assert f"kernel.user {first.pk}:" in capsys.readouterr().err
    assert stored(first)[1].startswith("k1:")
    assert stored(twin)[1].startswith("k2:")


@pytest.mark.django_db
def test_a_batch_is_at_least_one_row():
    with pytest.raises(CommandError):
        call_command("rotate_keys", batch=0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_what_somebody_saves_meanwhile_is_kept(settings, monkeypatch, locked):
    """Between our reading and our writing somebody gives a new number; the control without the lock loses it."""
    user = people(1)[0]
    use(settings, f"{NEW},{OLD}")
    if not locked:
        monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda rows, **options: rows)
    saver = Thread(target=_give, args=(user.pk, "13900009999"))
    renewed = actions._renewed

    def renewed_late(*args: Any) -> dict[str, Any]:
        saver.start()
        saver.join(timeout=1)
        return renewed(*args)

    monkeypatch.setattr(actions, "_renewed", renewed_late)
    actions.rewrite(USERS, 10)
    saver.join(timeout=10)

    kept = User.objects.get(pk=user.pk).mobile
    assert kept == ("13900009999" if locked else "13800000000")
    assert User.objects.filter(blind_lookup(User, "mobile_index", kept)).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_passed_over_and_found_again(settings, capsys):
    held, free = people(2)
    use(settings, f"{NEW},{OLD}")
    taken, go = Event(), Event()
    holder = Thread(target=_hold, args=(held.pk, taken, go))
    holder.start()
    taken.wait(timeout=10)

    with pytest.raises(CommandError, match="1 行待重写"):
        call_command("rotate_keys")

    assert (stored(held)[0][:2], stored(free)[0][:2]) == ("k1", "k2")
    go.set()
    holder.join(timeout=10)
    rotate(capsys)
    assert stale(USERS).count() == 0


def _set(user: User, **columns: str) -> None:
    """What no code of ours would store."""
    with connection.cursor() as cursor:
        for name, value in columns.items():
            cursor.execute(f"UPDATE kernel_user SET {name} = %s WHERE id = %s", [value, user.pk])  # noqa: S608


def _give(user_id: int, mobile: str) -> None:
    user = User.objects.get(pk=user_id)
    user.mobile = mobile
    user.save()
    connections.close_all()


def _hold(user_id: int, taken: Event, go: Event) -> None:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user_id)
        taken.set()
        go.wait(timeout=30)
    connections.close_all()
