"""登记表 and 申请表 as PDF: made from what was handed in, once for each version, checked by its code."""

import json
import secrets
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.registers import queries
from candidate_api.registers.models import Register
from candidate_api.tickets import rules
from portal.kernel import clock, qr
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.crypto.signing import sign
from portal.kernel.files.actions import keep
from portal.kernel.files.models import PrivateFile
from portal.kernel.language import for_the_record
from portal.kernel.pdf.render import edition, missing_characters, render
from portal.kernel.text import mask_name
from review.applications import queries as applications
from review.applications.models import Application
from review.types.sheets import Sheet
from review.types.states import StepActor

TEMPLATE = "pdf/register.typ"


def own(number: str, *, by: Actor) -> PrivateFile:
    """The form of one of the actor's applications. Raises Problem `not_found`, also where there is none yet."""
    return _made(applications.own(by, number), by=by)


def of_case(application_id: int, *, by: Actor) -> PrivateFile:
    """The same for a member of staff who may see the application; who looked is written down. Raises `not_found`."""
    application = applications.one(by, application_id)
    file = _made(application, by=by)
    record("registers.open", application, by=by, sha256=file.sha256)
    return file


def _made(application: Application, *, by: Actor) -> PrivateFile:
    settled = queries.of_decision(application)
    if settled is not None:
        return settled.file
    candidate = Candidate.objects.select_related("user", "photo").get(user=application.applicant)
    with for_the_record():
        sheet = queries.sheet(application)
        facts = _facts(sheet, application)
    # Keyed, since an ID number is among the facts and could be guessed from a plain digest.
    photo = candidate.photo.sha256 if candidate.photo else ""
    text = json.dumps([edition(TEMPLATE), photo, facts], ensure_ascii=False, sort_keys=True)
    digest = blind_index(text, "register.print")
    there = Register.objects.select_related("file").filter(application=application, digest=digest).first()
    return there.file if there else _issue(application, candidate, sheet, facts, digest, by=by)


def _facts(sheet: Sheet, application: Application) -> dict[str, Any]:
    """Everything that is printed but the pictures, the code and the time of printing."""
    texts = json.dumps(asdict(sheet), ensure_ascii=False)
    parts = [asdict(part) | {"kind": type(part).__name__.lower()} for part in sheet.parts]
    return {
        "title": sheet.title,
        "facts": [list(pair) for pair in sheet.facts],
        "parts": parts,
        "opinions": [*_opinions(application), *([title, "", "", ""] for title in sheet.opinions)],
        "number": application.number,
        "submitted_at": rules.minute(application.submitted_at) if application.submitted_at else "",
        "rare": missing_characters(texts),
        "verify_page": f"{settings.BASE_URL}/verify/",
    }


def _opinions(application: Application) -> list[list[str]]:
    """A box for each office's step: its title, what was decided there, by which office and when; empty before."""
    said = {}
    events = application.events.filter(told=True, verb__in=("approve", "reject", "release"), round=application.round)
    for event in events:
        said[event.step_index] = (event.note or event.verb_label, event.who, f"{clock.local(event.at):%Y-%m-%d}")
    found = []
    for index, step in enumerate(application.configuration.steps):
        if step.actor == StepActor.OFFICE:
            title = _("%(step)s意见") % {"step": step.label.removeprefix("待")}
            found.append([title, *said.get(index, ("", "", ""))])
    return found


def _issue(
    application: Application, candidate: Candidate, sheet: Sheet, facts: dict[str, Any], digest: str, *, by: Actor
) -> PrivateFile:
    """Make the paper and keep it. Of two that make it at once the second throws its own away."""
    now = clock.now()
    code = "".join(secrets.choice(rules.ALPHABET) for _place in range(rules.CODE_LENGTH))
    said = {
        "kind": queries.KIND,
        "code": code,
        "title": sheet.title,
        "name": mask_name(sheet.name),
        "number": sheet.number[-4:],
        "print": rules.print_mark(digest),
    }
    address = f"{settings.BASE_URL}/verify/{sign(said)}/"
    pictures = {"qr": qr.svg(address)}
    if candidate.photo:
        pictures["photo"] = candidate.photo.read()
    printed = {"code": rules.shown_code(code), "verify_url": address, "printed_at": rules.minute(now)}
    content = render(TEMPLATE, facts | printed, pictures)
    with transaction.atomic():
        locked = applications.for_update(application.pk)
        there = Register.objects.select_related("file").filter(application=locked, digest=digest).first()
        if there is not None:
            return there.file
        name = f"{sheet.title}-{application.number}.pdf"
        file = keep(content, kind="register", owner=candidate.user, name=name, content_type="application/pdf")
        made = Register.objects.create(
            application=locked,
            title=sheet.title,
            round=locked.round,
            code=code,
            digest=digest,
            file=file,
            issued_at=now,
        )
        record("registers.issue", made, by=by, application=locked.pk, round=locked.round, sha256=file.sha256)
        return file
