"""What applicants and reviewers of the kinds do, through the verbs."""

from typing import Any

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.results.models import Score
from portal.kernel import clock
from portal.kernel.actor import Actor
from review.applications import actions
from review.applications.models import Application
from review.applications.tests.scene import fresh, paper, passed, reviewer

MINE = "/api/v1/me/applications/"


def by(candidate: Candidate) -> Actor:
    """The candidate, who has just proved that it is they."""
    return Actor.of(candidate.user, "api", proved_at=clock.now())


def filled(person: Candidate, slug: str, **answers: Any) -> Application:
    """A draft with these answers, its papers and its consents."""
    application = actions.start(slug, answers, by=by(person))
    for rule in application.configuration.materials:
        for number in range(application.least(rule)):
            actions.add_paper(application.number, rule.key, paper(number), by=by(person))
    for text in application.configuration.consents:
        actions.consent(application.number, text.key, text.version, by=by(person))
    return fresh(application)


def handed_in(person: Candidate, slug: str, **answers: Any) -> Application:
    return fresh(actions.submit(filled(person, slug, **answers).number, by=by(person)))


def decided_by_two(application: Application, **more: Any) -> Application:
    """The province's step of two pairs of eyes."""
    passed(application, reviewer("first_reviewer", "45"), **more)
    return fresh(passed(application, reviewer("second_reviewer", "45"), **more))


def scored(person: Candidate, code: str, **more: Any) -> Score:
    values = {"status": "passed", "score": 61, "recorded_at": clock.now()} | more
    return Score.objects.create(candidate=person, course=Course.objects.get(code=code), **values)
