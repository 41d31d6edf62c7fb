"""What waits at the reviewers' desks of the demo: what one more candidate has applied for, through the verbs."""

import io
from typing import Any

from PIL import Image, ImageDraw

from candidate_api.candidates.models import Candidate
from candidate_api.results.models import Score
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from review.applications import actions
from review.applications.models import Application
from review.materials.models import Material


def submit_applications(candidate: Candidate, *, by: Actor) -> None:
    """A name to be changed (always open), a lost diploma, a score to be looked at again: what is open today."""
    score = Score.objects.filter(candidate=candidate).order_by("score").first()
    wishes: list[tuple[str, dict[str, Any]]] = [
        ("info-change", {"what": ["name"], "new_name": "黄秀瑛", "reason": "户籍更名"}),
        (
            "graduation-certificate",
            {
                "major": "会计",
                "number": "65450118100001",
                "date": "2018-12-30",
                "cause": "lost",
                "why": "搬家时遗失。",
                "way": "self",
            },
        ),
        ("score-review", {"score": str(score.pk) if score else "", "reason": "与估分相差较大"}),
    ]
    for slug, answers in wishes:
        try:
            _hand_in(candidate, slug, answers, by)
        except Problem as refused:
            if refused.code is not Code.WINDOW_CLOSED:
                raise


def _hand_in(candidate: Candidate, slug: str, answers: dict[str, Any], seed: Actor) -> None:
    """Handed in; once more where the comparison of identities, which does not know the new name, asks for papers."""
    by = Actor.of(candidate.user, "web", proved_at=clock.now())
    number = actions.start(slug, answers, by=by).number
    for text in Application.objects.get(number=number).configuration.consents:
        actions.consent(number, text.key, text.version, by=by)
    _papers(number, by)
    actions.submit(number, by=by)
    actions.ask_due(by=seed)
    if Application.objects.get(number=number).state == "returned":
        _papers(number, by)
        actions.submit(number, by=by)


def _papers(number: str, by: Actor) -> None:
    """As many of each kind as are lacking."""
    application = Application.objects.get(number=number)
    for rule in application.configuration.materials:
        there = Material.objects.filter(application=application, key=rule.key).count()
        for _lacking in range(application.least(rule) - there):
            actions.add_paper(number, rule.key, _scan(), by=by)


def _scan() -> bytes:
    """A page that looks like a scanned paper from afar."""
    page = Image.new("RGB", (1240, 1754), "#fbfbf7")
    pen = ImageDraw.Draw(page)
    for line in range(18):
        pen.rectangle((150, 220 + line * 76, 1090 - line % 4 * 130, 236 + line * 76), fill="#b9bcc4")
    pen.ellipse((760, 1280, 1040, 1560), outline="#c0392b", width=14)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()
