"""What an administrator does about a colleague's account: within their own offices, with a reason, at once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.messages.models import Message
from portal.kernel.staff_door.models import Authenticator, RecoveryCode
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from review.offices import actions
from review.offices.queries import staff_visible_to
from review.offices.states import Role

pytestmark = pytest.mark.django_db
ACTS = ("reset", "deactivate", "reactivate")
REASON = {"reason": "本人已调离岗位"}


@pytest.fixture
def administrator() -> User:
    return member("administrator")


@pytest.fixture
def desk(administrator) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def colleague(office: str = "450100") -> User:
    user = member("archive", office)
    user.mobile = "13800000002"
    user.save()
    Authenticator.objects.create(user=user, confirmed=True)
    RecoveryCode.objects.create(user=user, digest=str(user.pk))
    return user


def state(user: User) -> tuple[object, ...]:
    fresh = User.objects.get(pk=user.pk)
    return (fresh.is_active, fresh.session_generation, Authenticator.objects.count(), RecoveryCode.objects.count())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    return client


def test_a_reset_takes_the_second_factor_and_every_session(desk):
    user = colleague()
    theirs = signed_in(user)
    answer = desk.post(f"/admin/staff/{user.pk}/reset/", {"reason": "手机丢失，已电话核实本人"})
    assert answer.headers["Location"] == "/admin/staff/"
    assert not Authenticator.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert theirs.get("/admin/").headers["Location"].startswith("/admin/login/")
    entry = AuditEntry.objects.get(verb="offices.reset_second_factor")
    assert (entry.note, entry.subject_id) == ("手机丢失，已电话核实本人", str(user.pk))
    assert Message.objects.filter(template="second_factor_reset", channel="sms").count() == 1


def test_who_leaves_is_out_at_once_and_old_sessions_stay_dead(desk):
    user = colleague()
    theirs = signed_in(user)
    desk.post(f"/admin/staff/{user.pk}/deactivate/", REASON)
    assert theirs.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert not Client().login(username=user.username, password="pw")
    assert "已停用" in desk.post(f"/admin/staff/{user.pk}/deactivate/", REASON).content.decode()
    desk.post(f"/admin/staff/{user.pk}/reactivate/", REASON)
    assert theirs.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert Client().login(username=user.username, password="pw")
    verbs = AuditEntry.objects.filter(subject_id=str(user.pk), verb__startswith="offices.").exclude(
        verb="offices.appoint"
    )
    assert [entry.verb for entry in verbs] == ["offices.reactivate", "offices.deactivate"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("reason", ["", "好", "身份证450103199506120014"])
def test_without_a_proper_reason_nothing_happens(desk, act, reason):
    user = colleague()
    before = state(user)
    assert desk.post(f"/admin/staff/{user.pk}/{act}/", {"reason": reason}).status_code == 200
    assert state(user) == before


@pytest.mark.parametrize("act", ACTS)
def test_another_offices_staff_and_oneself_do_not_exist(act):
    city, stranger, above = member("administrator", "450100"), colleague("450300"), member("finance")
    client = signed_in(city)
    for user in (stranger, above, city):
        before = state(user)
        assert client.get(f"/admin/staff/{user.pk}/{act}/").status_code == 404
        assert client.post(f"/admin/staff/{user.pk}/{act}/", REASON).status_code == 404
        assert state(user) == before
    assert set(staff_visible_to(Actor.of(city, "admin"))) == {city}


@pytest.mark.parametrize("role", ["archive", "support", "auditor", "first_reviewer", "finance", "editor"])
def test_other_roles_do_neither_see_nor_do(role):
    other, user = member(role), colleague()
    client, before = signed_in(other), state(user)
    for path in ("/admin/staff/", *(f"/admin/staff/{user.pk}/{act}/" for act in ACTS)):
        assert client.get(path).headers["Location"] == "/admin/"
        assert client.post(path, REASON).headers["Location"] == "/admin/"
    with pytest.raises(Problem, match="permission_denied"):
        actions.deactivate(user.pk, "x", by=Actor.of(other, "admin"))
    assert state(user) == before


def test_a_role_counts_only_where_it_is_held(administrator):
    """Editor of the province and administrator of a city: administers the city alone."""
    both = member("administrator", "450100")
    actions.appoint(both, Role.EDITOR, "45", by=Actor.system("test"))
    member("finance")
    clerk = member("archive", "450100")
    by = Actor.of(both, "admin")
    assert set(staff_visible_to(by)) == {clerk}
    with pytest.raises(Problem, match="not_found"):
        actions.appoint(clerk, Role.ADMINISTRATOR, "45", by=by)
    actions.appoint(clerk, Role.SUPPORT, "450100", by=by)
    assert clerk.staff_roles.count() == 2


def test_a_list_of_fifty_asks_no_more_than_a_list_of_one(desk):
    counts = []
    desk.get("/admin/staff/")
    for first, after in ((0, 1), (1, 49)):
        for number in range(first, after):
            Authenticator.objects.create(user=member("archive", "450100", number), confirmed=True)
        with CaptureQueriesContext(connection) as captured:
            rows = desk.get("/admin/staff/").context["object_list"]
        counts.append((len(rows), len(captured)))
    assert counts == [(2, 13), (50, 13)]
