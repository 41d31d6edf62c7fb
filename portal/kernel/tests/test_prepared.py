"""A question that is built once says what the ORM says, with whatever it is asked."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import BigIntegerField, CharField, DateTimeField

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.audit.models import AuditEntry
from portal.kernel.prepared import Given, Prepared
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db


def person(username: str) -> User:
    return User.objects.create_user(username, "pw", name="韦小莉", mobile=f"1390000{username[-4:]}", is_staff=True)


def test_objects_are_as_the_orm_makes_them(django_assert_num_queries) -> None:
    people = [person("clerk0001"), person("clerk0002")]
    named = Prepared(lambda: User.objects.filter(username=Given("name", CharField())))
    for who in people:
        with django_assert_num_queries(1):
            found = named.one(name=who.username)
        assert found == who
        assert (found.mobile, found.created_at, found.is_active) == (who.mobile, who.created_at, True)
        found.name = "韦莉"
        found.save()
        assert User.objects.get(pk=who.pk).name == "韦莉"
    assert named.one(name="nobody' OR '1'='1") is None


def test_dictionaries_by_instants_and_numbers_are_the_orms() -> None:
    who = person("clerk0001")
    for number in range(3):
        record("test.act", who, by=Actor.system("test"), number=number)

    def rows(at: Any, least: Any) -> Any:
        found = AuditEntry.objects.filter(at__lte=at, pk__gte=least).order_by("-pk")
        return found.values("pk", "at", "verb")

    asked = Prepared(lambda: rows(Given("at", DateTimeField()), Given("least", BigIntegerField())))
    last = AuditEntry.objects.latest("pk").pk
    for at in (clock.now(), clock.now() - timedelta(days=1)):
        for least in (0, last):
            assert asked.all(at=at, least=least) == list(rows(at, least))
    assert len(asked.all(at=clock.now(), least=0)) == 3


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Prepared(lambda: User.objects.filter(username=Given("name", CharField()))).all()


@pytest.mark.postgresql
def test_each_connection_prepares_once_and_a_constant_belongs_to_the_statement() -> None:
    who = person("clerk0001")
    asked = Prepared(
        lambda: User.objects.filter(is_staff=True, name="100% 韦小莉", username=Given("name", CharField()))
    )
    for _again in range(2):
        assert asked.all(name=who.username) == []
    User.objects.update(name="100% 韦小莉")
    assert asked.all(name=who.username) == [who]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", ["%100\\%%"])
        [(statement,)] = cursor.fetchall()
    assert statement.count("$") == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_new_connection_knows_nothing_and_is_told() -> None:
    named = Prepared(lambda: User.objects.filter(username=Given("name", CharField())))
    who = person("clerk0001")
    assert named.one(name=who.username) == who
    connection.close()
    assert named.one(name=who.username) == who
    found: list[Any] = []

    def elsewhere() -> None:
        found.extend(named.all(name=who.username))
        connection.close()

    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [who]
