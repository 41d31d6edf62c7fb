"""Who works here: engaged, appointed and relieved at the desk, within the administrator's own offices."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client, override_settings

from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.tests.staff import OFFICES, member
from portal.kernel.users.models import User
from review.offices import actions
from review.offices.models import Office, StaffRole
from review.offices.states import Role

pytestmark = pytest.mark.django_db
NEW = {
    "username": "li.fang",
    "name": "李芳",
    "mobile": "13800000077",
    "email": "",
    "password": "Zhao-sheng-2026",
    "role": "archive",
    "office": "450100",
    "reason": "新入职，考籍科",
}


def desk(office: str = "45") -> Client:
    for code, (name, kind, path) in OFFICES.items():
        Office.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "path": path})
    client = Client()
    client.force_login(member("administrator", office))
    return client


def held(user: User) -> list[tuple[str, str]]:
    return sorted((one.role, one.office.code) for one in user.staff_roles.all())


@override_settings(STAFF_PASSWORD_DAYS=90)
def test_a_new_colleague_gets_a_first_role_and_changes_the_password_first() -> None:
    client = desk()
    answer = client.post("/admin/staff/new/", NEW)
    user = User.objects.get(username="li.fang")
    assert answer.headers["Location"] == f"/admin/staff/{user.pk}/appoint/"
    assert (user.is_staff, user.is_superuser, held(user)) == (True, False, [("archive", "450100")])
    entries = AuditEntry.objects.filter(verb__in=["offices.engage", "offices.appoint"], note=NEW["reason"])
    assert entries.count() == 2
    theirs = Client()
    assert theirs.login(username="li.fang", password=NEW["password"])
    assert theirs.get("/admin/").headers["Location"].startswith("/admin/door/password/")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "administrator-1"}, "username"),
        ({"username": "李芳"}, "username"),
        ({"password": "short"}, "password"),
        ({"mobile": "12345"}, "mobile"),
        ({"office": "nowhere"}, "office"),
        ({"role": "emperor"}, "role"),
        ({"reason": ""}, "reason"),
        ({"name": ""}, "name"),
    ],
)
def test_a_slip_is_said_at_its_field_and_nobody_is_engaged(given: dict[str, str], field: str) -> None:
    client = desk()
    before = User.objects.count()
    answer = client.post("/admin/staff/new/", NEW | given)
    assert list(answer.context["form"].errors) == [field]
    assert (User.objects.count(), StaffRole.objects.count()) == (before, 1)


def test_a_city_engages_for_itself_alone() -> None:
    client = desk("450100")
    assert [office.code for office in client.get("/admin/staff/new/").context["form"].fields["office"].queryset] == [
        "450100"
    ]
    assert client.post("/admin/staff/new/", NEW | {"office": "45"}).status_code == 200
    assert not User.objects.filter(username="li.fang").exists()
    assert client.post("/admin/staff/new/", NEW).status_code == 302
    by = Actor.of(User.objects.get(username="administrator-450100-1"), "admin")
    with pytest.raises(Problem, match="not_found"):
        actions.engage("wang.wu", "王五", "Zhao-sheng-2026", Role.ARCHIVE, "45", "越权", by=by)
    assert not User.objects.filter(username="wang.wu").exists()


def test_a_role_is_given_and_ends_with_the_next_click() -> None:
    client, user = desk(), member("archive", "450100")
    given = {"role": "support", "office": "450100", "reason": "兼任咨询"}
    assert client.post(f"/admin/staff/{user.pk}/appoint/", given).status_code == 302
    assert held(user) == [("archive", "450100"), ("support", "450100")]
    theirs = Client()
    theirs.force_login(user)
    assert theirs.get("/admin/complaints/").status_code == 200
    ended = {"held": "support@450100", "reason": "调回原岗位"}
    assert client.post(f"/admin/staff/{user.pk}/relieve/", ended).status_code == 302
    assert held(user) == [("archive", "450100")]
    assert theirs.get("/admin/complaints/").status_code == 302
    assert not Group.objects.get(name="support").user_set.exists()
    assert AuditEntry.objects.get(verb="offices.relieve").note == "调回原岗位"
    assert client.post(f"/admin/staff/{user.pk}/relieve/", ended).status_code == 200
    assert AuditEntry.objects.filter(verb="offices.relieve").count() == 1


def test_a_role_held_at_two_offices_keeps_the_group() -> None:
    by = Actor.of(User.objects.get(pk=_administrator(desk()).pk), "admin")
    user = member("archive", "450100")
    actions.appoint(user, Role.ARCHIVE, "450300", by=by)
    actions.relieve(user.pk, Role.ARCHIVE, "450100", "桂林一处", by=by)
    assert held(user) == [("archive", "450300")]
    assert user.groups.filter(name="archive").exists()


def _administrator(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.parametrize("act", ["appoint", "relieve"])
def test_staff_of_other_offices_and_oneself_are_out_of_reach(act: str) -> None:
    client = desk("450100")
    stranger, above = member("archive", "450300"), member("finance")
    given = {"role": "support", "office": "450100", "held": "archive@450300", "reason": "越权试试"}
    for user in (stranger, above, _administrator(client)):
        before = held(user)
        assert client.get(f"/admin/staff/{user.pk}/{act}/").status_code == 404
        assert client.post(f"/admin/staff/{user.pk}/{act}/", given).status_code == 404
        assert held(user) == before
    by = Actor.of(_administrator(client), "admin")
    with pytest.raises(Problem, match="not_found"):
        actions.appoint(stranger, Role.SUPPORT, "450100", by=by)
    with pytest.raises(Problem, match="not_found"):
        actions.relieve(stranger.pk, Role.ARCHIVE, "450300", "越权", by=by)


@pytest.mark.parametrize("role", ["archive", "support", "finance", "auditor", "editor"])
def test_other_roles_neither_see_nor_do(role: str) -> None:
    client, user, other = Client(), member("archive", "450100"), member(role, number=2)
    client.force_login(other)
    for path in ("new", f"{user.pk}/appoint", f"{user.pk}/relieve"):
        assert client.get(f"/admin/staff/{path}/").headers["Location"] == "/admin/"
        assert client.post(f"/admin/staff/{path}/", NEW).headers["Location"] == "/admin/"
    with pytest.raises(Problem, match="permission_denied"):
        actions.relieve(user.pk, Role.ARCHIVE, "450100", "越权", by=Actor.of(other, "admin"))
    assert held(user) == [("archive", "450100")]
