"""Personal data at rest: opens only in its column, with a key of the ring, and is found without being read."""

import base64

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection

from portal.kernel.crypto import keys
from portal.kernel.crypto.envelope import unwrap, wrap
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.crypto.sealing import Undecipherable, blind_index, open_sealed, seal
from portal.kernel.files.actions import keep
from portal.kernel.files.models import PrivateFile
from portal.kernel.rotation.actions import rotate
from portal.kernel.users.models import User

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()


def test_what_is_sealed_opens_again_and_looks_different_each_time():
    once, again = seal("450103199001011234", "a.b"), seal("450103199001011234", "a.b")
    assert open_sealed(once, "a.b") == open_sealed(again, "a.b") == "450103199001011234"
    assert once != again


def test_a_value_moved_to_another_column_does_not_open():
    with pytest.raises(Undecipherable):
        open_sealed(seal("x", "a.b"), "a.c")


def test_an_altered_value_does_not_open():
    sealed = seal("x", "a.b")
    label, _, text = sealed.partition(":")
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    with pytest.raises(Undecipherable):
        open_sealed(f"{label}:{base64.b64encode(raw).decode()}", "a.b")


def test_a_file_lies_there_under_a_key_of_its_own():
    (key, sealed), (other, again) = wrap(b"%PDF"), wrap(b"%PDF")
    assert unwrap(key, sealed) == unwrap(other, again) == b"%PDF"
    assert b"%PDF" not in sealed
    assert (key == other, sealed == again) == (False, False)
    for wrong in ((other, sealed), (key, sealed[:-1]), (key, b""), ("", sealed)):
        with pytest.raises(Undecipherable):
            unwrap(*wrong)


@pytest.mark.django_db
def test_who_gets_the_folder_or_the_rows_alone_reads_no_file(settings):
    settings.FIELD_KEYS = OLD
    owner = User.objects.create_user("c1", is_candidate=True)
    file = keep(b"%PDF secret", kind="x", owner=owner, name="x", content_type="application/pdf")
    with file.content.open("rb") as stored:
        assert b"secret" not in stored.read()
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    list(rotate())
    settings.FIELD_KEYS = NEW
    assert PrivateFile.objects.get().read() == b"%PDF secret"
    assert PrivateFile.objects.get().size == len(b"%PDF secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM kernel_privatefile")
        assert cursor.fetchone()[0].startswith("k2:")


def test_a_new_key_writes_while_the_old_one_still_reads(settings):
    settings.FIELD_KEYS = OLD
    sealed = seal("x", "a.b")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert open_sealed(sealed, "a.b") == "x"
    assert seal("x", "a.b").startswith("k2:")
    settings.FIELD_KEYS = NEW
    with pytest.raises(Undecipherable):
        open_sealed(sealed, "a.b")


@pytest.mark.parametrize("text", ["", "k1", "k1:short", "k1:" + base64.b64encode(b"x" * 16).decode(), "k-1:" + OLD[3:]])
def test_a_wrong_key_ring_stops_the_start(settings, text):
    settings.FIELD_KEYS = text
    with pytest.raises((ImproperlyConfigured, ValueError)):
        keys.field_keys()


@pytest.mark.django_db
def test_the_database_sees_neither_number_nor_a_digest_that_can_be_guessed():
    user = User.objects.create_user("a", name="甲", mobile="13800001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT mobile, mobile_index FROM kernel_user WHERE id = %s", [user.pk])
        stored = " ".join(cursor.fetchone())
    assert "13800001234" not in stored
    assert User.objects.get(pk=user.pk).mobile == "13800001234"
    assert User.objects.get(blind_lookup(User, "mobile_index", "13800001234")) == user


@pytest.mark.django_db
def test_an_encrypted_column_cannot_be_searched_by_mistake():
    with pytest.raises(FieldError):
        User.objects.filter(mobile="13800001234")


@pytest.mark.django_db
def test_rows_are_found_while_the_index_key_changes(settings):
    settings.BLIND_INDEX_KEYS = OLD
    before = User.objects.create_user("a", name="甲", mobile="13800001234")
    settings.BLIND_INDEX_KEYS = f"{NEW},{OLD}"
    after = User.objects.create_user("b", name="乙", mobile="13900001234")
    assert before.mobile_index.startswith("k1:")
    assert after.mobile_index == blind_index("13900001234", "kernel.user.mobile")
    assert [User.objects.get(blind_lookup(User, "mobile_index", u.mobile)) for u in (before, after)] == [before, after]


@pytest.mark.django_db
def test_nobody_without_a_mobile_stands_in_another_ones_way():
    User.objects.create_user("a", name="甲")
    User.objects.create_user("b", name="乙")
    assert User.objects.filter(mobile_index=None).count() == 2
