"""Who on the staff may act as what, and where."""

import pytest

from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from review.offices.actions import appoint
from review.offices.models import Office, StaffRole
from review.offices.states import Role

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture
def nanning():
    return Office.objects.create(code="450100", name="南宁市招生考试院", kind="city", path="/45/450100/")


@pytest.fixture
def clerk():
    return User.objects.create_user("clerk", name="黄立", is_staff=True)


def test_an_appointment_gives_role_scope_and_the_door_to_the_admin(nanning, clerk):
    appoint(clerk, Role.FIRST_REVIEWER, "450100", by=SYSTEM)
    appoint(clerk, Role.FIRST_REVIEWER, "450100", by=SYSTEM)
    actor = Actor.of(clerk, "admin")
    assert (actor.roles, actor.offices) == ({"first_reviewer"}, {"/45/450100/"})
    assert User.objects.get(pk=clerk.pk).has_perm("wagtailadmin.access_admin")
    assert (StaffRole.objects.count(), AuditEntry.objects.filter(verb="offices.appoint").count()) == (1, 1)


def test_only_an_administrator_appoints(nanning, clerk):
    with pytest.raises(Problem, match="permission_denied"):
        appoint(clerk, Role.ADMINISTRATOR, "450100", by=Actor.of(clerk, "admin"))
    assert StaffRole.objects.count() == 0


def test_a_candidate_is_never_staff(nanning):
    candidate = User.objects.create_user("c", name="考生", is_candidate=True)
    with pytest.raises(Problem, match="validation_failed"):
        appoint(candidate, Role.EDITOR, "450100", by=SYSTEM)
    assert Actor.of(candidate, "api").roles == frozenset()


def test_an_unknown_office_is_not_found(clerk):
    with pytest.raises(Problem, match="not_found"):
        appoint(clerk, Role.EDITOR, "nowhere", by=SYSTEM)
