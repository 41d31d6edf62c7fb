"""Every kind as it is delivered: each (state, turn) × verb × role is allowed or refused with nothing changed, and each
state that is not final is left somehow. What the allowed moves do is told kind by kind beside this page."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from candidate_api.applications.tests.acts import by
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.messages.models import Message
from portal.kernel.states import Who
from review.applications import actions
from review.applications.models import Application, Event, Submission
from review.applications.rules import Remark
from review.applications.states import APPLICATION, MAY_DECIDE, MAY_SEE, allowed
from review.applications.tests.scene import GUILIN, PROVINCE_CODE, fresh, reviewer
from review.offices.models import Office
from review.types.models import ApplicationType
from tests import life

pytestmark = pytest.mark.django_db
TYPES = json.loads((Path(settings.ROOT) / "fixtures" / "15_application_types.json").read_text())
SLUGS = [row["fields"]["slug"] for row in TYPES]
STEPS = {row["fields"]["slug"]: json.loads(row["fields"]["steps"]) for row in TYPES}
ROLES = ("first_reviewer", "second_reviewer", "archive", "auditor", "editor", "support", "administrator", "finance")
CANDIDATE: dict[str, Any] = {
    "save": lambda a, who: actions.save_draft(a.number, {}, by=who),
    "consent": lambda a, who: actions.consent(a.number, "none", "1", by=who),
    "submit": lambda a, who: actions.submit(a.number, by=who),
    "confirm": lambda a, who: actions.confirm(a.number, by=who),
    "dispute": lambda a, who: actions.dispute(a.number, by=who),
    "withdraw": lambda a, who: actions.withdraw(a.number, by=who),
}
STAFF: dict[str, Any] = {
    "approve": lambda a, who: actions.approve(a.pk, a.revision, by=who),
    "return_": lambda a, who: actions.return_(a.pk, a.revision, [Remark("", "改")], by=who),
    "reject": lambda a, who: actions.reject(a.pk, a.revision, "不符", by=who),
    "ask": lambda a, who: actions.ask(a.pk, a.revision, GUILIN, "请看", by=who),
    "release": lambda a, who: actions.release(a.pk, by=who),
}


def cells(slug: str) -> list[tuple[str, str, int]]:
    """Each state that is no step, and each step of this kind; a held one also after its decision."""
    found = [(state, "", 0) for state in APPLICATION.states if state != "submitted"]
    for index, step in enumerate(STEPS[slug]):
        found.append(("submitted", step["type"], index))
        if step["value"].get("held"):
            found.append(("submitted", "held", index))
    return found


CELLS = [(slug, *cell) for slug in SLUGS for cell in cells(slug)]


def put(person, slug: str, state: str, turn: str, index: int) -> Application:
    """An application of that kind in that place, however one comes there: the refusals are what is asked about."""
    type_, now = ApplicationType.objects.get(slug=slug), clock.now()
    over = APPLICATION.states[state].final
    row = Application.objects.create(
        type=type_,
        applicant=person.user,
        number="1",
        frozen=type_.configuration.as_json(),
        round=0 if state == "draft" else 1,
        created_at=now,
    )
    Application.objects.filter(pk=row.pk).update(
        state=state,
        turn=turn,
        step_index=index,
        office=Office.objects.get(code=PROVINCE_CODE),
        origin=Office.objects.get(code=PROVINCE_CODE),
        held_verb="approve" if turn == "held" else "",
        decided_at=now if over else None,
        first_approver=None,
    )
    return fresh(row)


def picture() -> list[Any]:
    models = (Application, Event, Submission, AuditEntry, Message)
    return [list(model.objects.order_by("pk").values()) for model in models]


def refused(codes: set[str], call: Any, application: Application, who: Any) -> None:
    before = picture()
    with pytest.raises(Problem) as caught:
        call(application, who)
    assert caught.value.code.value in codes
    assert picture() == before


@pytest.mark.parametrize(("slug", "state", "turn", "index"), CELLS)
def test_every_cell_of_every_kind(person, slug, state, turn, index):
    staff = {role: reviewer(role, "45") for role in ROLES}
    elsewhere = reviewer("first_reviewer", GUILIN)
    application, own = put(person, slug, state, turn, index), by(person)
    stranger = by(life.enrolled(name="陆大海"))
    for verb, call in CANDIDATE.items():
        refused({"not_found"}, call, application, stranger)
        if verb not in allowed(state, turn, Who.CANDIDATE):
            refused({"state_conflict"}, call, application, own)
    may = allowed(state, turn, Who.STAFF)
    unseen = {"not_found"}
    for verb, call in STAFF.items():
        refused(unseen, call, application, elsewhere)
        for role, who in staff.items():
            if role in MAY_DECIDE:
                if verb not in may:
                    refused(unseen if state == "draft" else {"state_conflict"}, call, application, who)
            else:
                is_seen = role in MAY_SEE and state != "draft"
                refused({"permission_denied"} if is_seen else unseen, call, application, who)
    assert APPLICATION.states[state].final or allowed(state, turn, Who.CANDIDATE) or may
