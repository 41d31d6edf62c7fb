"""Every delivered kind over the API, from the question whether one may to the last word and what comes of it.

Candidates ask the API alone; offices decide through the verbs, as their desk does.
"""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from candidate_api.applications.tests.acts import MINE
from candidate_api.applications.tests.stories import STORIES, Story, arrived, last_session, open_session
from candidate_api.candidates.models import Candidate
from candidate_api.identity.tests.conftest import records
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from review.applications import actions
from review.applications.models import Application
from review.applications.rules import Verdict
from review.applications.states import APPLICATION
from review.applications.tests.scene import SYSTEM, fresh, paper, passed, reviewer
from review.types.kinds import kind_of
from review.types.models import ApplicationType
from tests import life

__all__ = ["records"]
pytestmark = pytest.mark.django_db
V1, TYPES = "/api/v1/", "/api/v1/application-types/"


@pytest.fixture
def applicant(person: Candidate, records: Any, twin: Any) -> Candidate:
    """Somebody in the days when everything may be applied for; the last session's scores came out an hour ago."""
    life.open_window()
    life.confirm_contact(person)
    for business in {type_.business for type_ in ApplicationType.objects.all()}:
        life.open_window("", business)
    ExamSession.objects.filter(code=open_session()).update(scores_at=None)
    ExamSession.objects.filter(pk=last_session().pk).update(scores_at=clock.now())
    return person


class App:
    """The candidate's app, signed in with the password."""

    def __init__(self, api: Any, person: Candidate) -> None:
        self.api = api
        self.api.defaults |= {"HTTP_X_DEVICE_ID": str(uuid4())}
        who = {"account": person.user.mobile, "password": life.PASSWORD, "device": "app"}
        answer = self.post(f"{V1}auth/login/password/", **who)
        self.api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer['token']}")

    def get(self, path: str) -> Any:
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.json()
        return answer

    def post(self, path: str, *, status: int = 200, **body: Any) -> Any:
        answer = self.api.post(path, body, "json", HTTP_IDEMPOTENCY_KEY=str(uuid4()))
        assert answer.status_code == status, answer.json()
        return answer.json()

    def hands_in(self, url: str) -> Any:
        """All papers that it takes now, the consents, and off it goes."""
        application = Application.objects.get(number=self.get(url).json()["number"])
        for rule in application.configuration.materials:
            given = application.papers.filter(key=rule.key).count()
            for number in range(given, application.least(rule)):
                file = SimpleUploadedFile("a.png", paper(number), "image/png")
                answer = self.api.post(f"{url}materials/", {"key": rule.key, "file": file}, "multipart")
                assert answer.status_code == 201, answer.json()
        for text in application.configuration.consents:
            self.post(f"{url}consent/", key=text.key, version=text.version)
        return self.post(f"{url}submit/")


def office_decides(application: Application, story: Story) -> None:
    says: dict[str, Any] = dict(story.says.get(application.step.key, {}))
    if "verdicts" in says:
        says["verdicts"] = [Verdict(ok, "" if ok else "名称和内容不同") for ok in says["verdicts"]]
    role = "second_reviewer" if application.first_approver_id else "first_reviewer"
    passed(application, reviewer(role, application.office.code), **says)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_from_the_question_to_the_last_word(api: Any, applicant: Candidate, twin: Any, story: Story) -> None:
    story.before(applicant, twin)
    app = App(api, applicant)
    if story.arrives:
        url = f"{MINE}{arrived(applicant).number}/"
    else:
        assert app.get(f"{TYPES}{story.slug}/").json()["eligibility"] == {"ok": True, "reasons": []}
        url = f"{MINE}{app.post(MINE, status=201, type=story.slug, data=story.answers(applicant))['number']}/"
        assert app.hands_in(url)["state"] == "submitted"

    steps: list[str] = []
    while not APPLICATION.states[(application := Application.objects.get(number=url.split("/")[-2])).state].final:
        steps.append(application.step_label or application.state)
        if application.state == "returned":
            app.hands_in(url)
        elif application.turn == "office":
            office_decides(application, story)
        elif application.turn == "candidate":
            assert app.get(url).json()["allowed_actions"] == ["confirm", "dispute", "withdraw"]
            app.post(f"{url}confirm/")
        elif application.turn == "held":
            actions.release(application.pk, by=reviewer("first_reviewer", "45"))
        else:
            actions.ask_due(by=SYSTEM)

    told = app.get(url).json()
    assert (told["state"], told["allowed_actions"]) == ("approved", [])
    assert set(steps) <= {step.label for step in fresh(application).configuration.steps} | {"returned"}
    assert story.effect(applicant)
    sheet = api.get(f"{url}register.pdf")
    if kind_of(story.slug).prints:
        assert sheet.content[:4] == b"%PDF"
    else:
        assert sheet.status_code == 404
