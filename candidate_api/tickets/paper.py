"""What is printed on a ticket now, and by which digest one print is told from another."""

import json
from typing import Any

from django.conf import settings

from candidate_api.arrangements.models import Seat
from candidate_api.candidates.models import Candidate
from candidate_api.sessions.models import ExamSession
from candidate_api.tickets import rules, texts
from candidate_api.tickets.models import Pledge
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.language import for_the_record
from portal.kernel.pdf.render import edition, missing_characters

TEMPLATE = "pdf/admission_ticket.typ"


@for_the_record()
def facts(candidate: Candidate, session: ExamSession, pledge: Pledge, seats: list[Seat], code: str) -> dict[str, Any]:
    """Everything that is printed but the pictures and the time of printing."""
    name = candidate.user.name
    return {
        "title": rules.title(session.code),
        "name": name,
        "gender": str(candidate.get_gender_display()),
        "number": candidate.candidate_number,
        "id_type": str(candidate.get_id_type_display()),
        "id_number": candidate.id_number,
        "category": str(candidate.get_category_display()),
        "rare": missing_characters(name),
        "rows": [_row(seat) for seat in seats],
        "notes": texts.notes(),
        "code": rules.shown_code(code),
        "verify_page": f"{settings.BASE_URL}/verify/",
        "pledged_at": rules.minute(pledge.signed_at),
    }


def _row(seat: Seat) -> dict[str, Any]:
    course, site = seat.registration.course, seat.room.site
    day, weekday = rules.day_words(seat.sitting.date)
    return {
        "date": day,
        "weekday": weekday,
        "time": rules.time_words(seat.sitting.starts_at, seat.sitting.ends_at),
        "course_code": course.code,
        "course_name": course.name,
        "pencil": rules.needs_pencil(course.category, course.code),
        "site": site.name,
        "address": site.address,
        "room": seat.room.number,
        "seat": f"{seat.seat_no:02d}",
    }


def digest(candidate: Candidate, printed: dict[str, Any]) -> str:
    """Keyed, since an ID number is among the facts and could be guessed from a plain digest."""
    photo = candidate.photo.sha256 if candidate.photo else ""
    text = json.dumps([edition(TEMPLATE), photo, printed], ensure_ascii=False, sort_keys=True)
    return blind_index(text, "ticket.print")
