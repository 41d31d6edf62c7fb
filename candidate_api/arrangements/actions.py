"""考场安排: seat everybody who is registered."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.arrangements import queries
from candidate_api.arrangements.statements import seat_the_waiting
from candidate_api.sessions.models import ExamSession
from candidate_api.sessions.rules import SLOTS
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from review.offices.states import Role

MAY_ARRANGE = (Role.ARCHIVE, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Arrangement:
    """What a run did: entries newly seated, and seats taken back from entries that ended or moved elsewhere."""

    session: ExamSession
    seated: int
    withdrawn: int


@transaction.atomic
def arrange(session_code: str, seed: str, *, by: Actor) -> Arrangement:
    """Give every confirmed entry of the session that has no seat one, drawn by lot from `seed`.

    Who has a seat keeps it, so that entries which come late move nobody; the same seed over the same entries and
    rooms gives the same seats. Raises Problem: `permission_denied`, `not_found`, `validation_failed` for a seed that
    is empty or too long, `state_conflict` for a closed session, or where seats are short: `shortages` then lists
    `{district, slot, short}`, and nothing is written.
    """
    if not (by.is_system or by.has_role(*MAY_ARRANGE)):
        raise Problem(Code.PERMISSION_DENIED)
    if not 1 <= len(seed) <= 64 or not seed.isprintable():
        raise invalid("seed", "invalid", _("随机种子须为1至64个可见字符。"))
    session = queries.session_for_update(session_code)
    if session.closed:
        raise Problem(Code.STATE_CONFLICT, _("该考期已结束，不能再安排考场。"))
    withdrawn = queries.outdated(session).delete()[0]
    seated = seat_the_waiting(session, seed)
    _refuse_shortage(session)
    record("arrangements.arrange", session, by=by, seed=seed, seated=seated, withdrawn=withdrawn)
    return Arrangement(session, seated, withdrawn)


def _refuse_shortage(session: ExamSession) -> None:
    short = list(queries.waiting(session))
    if not short:
        return
    labels = {slot.number: str(slot.label) for slot in SLOTS}
    places = "；".join(
        _("%(district)s%(slot)s缺%(short)d个") % {"district": name, "slot": labels[slot], "short": number}
        for _code, name, slot, number in short
    )
    raise Problem(
        Code.STATE_CONFLICT,
        _("座位不足，未作任何安排：%(places)s。") % {"places": places},
        shortages=[{"district": code, "slot": slot, "short": number} for code, _name, slot, number in short],
    )
