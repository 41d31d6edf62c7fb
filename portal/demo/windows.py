"""What the office announces in the demo, with the instants that the sessions hold already."""

from datetime import date

from candidate_api.sessions.models import ExamSession
from cms.seed import seed_windows
from cms.seed.data import previous
from cms.windows.rules import Business


def announce(today: date, session: ExamSession) -> None:
    """Windows around `today`, registration for `session` open; tickets and scores as the sessions release them."""
    last = ExamSession.objects.filter(code=previous(session.code)).first()
    instants = {
        Business.ADMISSION_TICKET: session.tickets_at,
        Business.SCORES: last.scores_at if last else None,
    }
    seed_windows(today, session.code, {business: at for business, at in instants.items() if at})
