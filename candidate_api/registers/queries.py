from typing import Any

from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.registers.models import Register
from candidate_api.tickets.queries import Proof
from candidate_api.tickets.rules import plain_code, print_mark, shown_code
from portal.kernel.errors import Code, Problem
from portal.kernel.text import mask_name
from review.applications.models import Application
from review.types.kinds import kind_of
from review.types.sheets import Sheet

KIND = "register"


def sheet(application: Application) -> Sheet:
    """What the form says of what was last handed in. Raises Problem `not_found` before, and where there is none."""
    submission = application.submissions.order_by("-round").first()
    if submission is not None:
        application.sealed_answers = submission.sealed_answers
        found = kind_of(application.type.kind).register(application)
        if found is not None:
            return found
    raise Problem(Code.NOT_FOUND, _("这件申请没有登记表。"))


def has_sheet(application: Application) -> bool:
    """Whether there is a form to print, as far as its kind says."""
    return application.round > 0 and kind_of(application.type.kind).prints


def of_decision(application: Application) -> Register | None:
    """The version that was printed after all was decided: it stays as it is."""
    if application.decided_at is None:
        return None
    rows = Register.objects.filter(application=application, issued_at__gte=application.decided_at)
    return rows.select_related("file").order_by("pk").first()


def proof(text: str, payload: dict[str, Any] | None) -> Proof | None:
    """What a code, or the signed payload of a QR code, proves about a form; None where it is none of ours."""
    if payload is not None and payload.get("kind") != KIND:
        return None
    code = str(payload["code"]) if payload else plain_code(text)
    rows = Register.objects.select_related("application__applicant", "application__type")
    row = rows.filter(code=code).first()
    if row is None:
        return None
    newest = Register.objects.filter(application=row.application).order_by("-pk").values_list("pk", flat=True)[0]
    candidate = Candidate.objects.get(user=row.application.applicant)
    return Proof(
        kind=KIND,
        code=shown_code(row.code),
        title=row.title,
        session="",
        session_name="",
        name=mask_name(row.application.applicant.name),
        number=(candidate.candidate_number or "")[-4:],
        issued_at=row.issued_at,
        signed=payload is not None,
        current=newest == row.pk and (payload is None or payload["print"] == print_mark(row.digest)),
    )
