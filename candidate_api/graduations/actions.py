"""The province's last word, the certificate's number, and the certificate handed over."""

from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import record_for_update
from candidate_api.catalogue.models import Major
from candidate_api.graduations import queries
from candidate_api.graduations.models import Graduation
from candidate_api.graduations.rules import NUMBER
from candidate_api.graduations.states import GRADUATION, MAY_ISSUE
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.states import Who
from portal.kernel.tables import Columns, Format, stream
from portal.kernel.users.models import User

_COLUMNS: Columns = [
    (gettext_lazy("姓名"), lambda g: g.candidate.user.name),
    (gettext_lazy("准考证号"), lambda g: g.candidate.candidate_number),
    (gettext_lazy("证件号码"), lambda g: g.candidate.id_number),
    (gettext_lazy("专业代码"), lambda g: g.major.code),
    (gettext_lazy("专业名称"), lambda g: g.major.name),
    (gettext_lazy("层次"), lambda g: g.major.get_level_display()),
    (gettext_lazy("状态"), lambda g: g.get_state_display()),
    (gettext_lazy("毕业证书编号"), lambda g: g.number),
    (gettext_lazy("终审通过时间"), lambda g: g.approved_at),
]


def graduate(candidate_id: int, major: Major, application_id: int, *, by: Actor) -> Graduation:
    """终审通过, in the transaction of the decision. Raises Problem `state_conflict` where the candidate cannot graduate
    any more: a decision of 停考 or 延迟毕业 has come in between, a score was cancelled, it was done already."""
    candidate: Candidate = record_for_update(candidate_id)
    why = queries.obstacle(candidate)
    if why or candidate.major_id != major.pk:
        raise Problem(Code.STATE_CONFLICT, why or _("考生已改报其他专业。"))
    made = Graduation.objects.create(
        candidate=candidate, major=major, application_id=application_id, approved_at=clock.now()
    )
    record("graduations.approve", made, by=by, to_state=made.state, major=major.code, application=application_id)
    return made


@transaction.atomic
def make(graduation_id: int, number: str, *, by: Actor) -> Graduation:
    """已制证, with the 毕业证书编号.

    Raises Problem: `not_found`, `state_conflict`, `validation_failed` for a number that is none or somebody else's.
    """
    row = queries.for_update(by, graduation_id, *MAY_ISSUE)
    GRADUATION.check(row.state, "make", Who.STAFF)
    number = number.strip().upper()
    if not NUMBER.fullmatch(number):
        raise invalid("number", "invalid", _("毕业证书编号为6至20位数字或大写字母。"))
    row.number, row.made_at = number, clock.now()
    row.make()
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "number", "made_at"])
    except IntegrityError as error:
        raise invalid("number", "taken", _("这个编号已登记给另一名毕业生。")) from error
    record("graduations.make", row, by=by, from_state="approved", to_state=row.state, number=number)
    return row


@transaction.atomic
def make_ready(graduation_id: int, *, by: Actor) -> Graduation:
    """可领取: the graduate is told where. Raises Problem: `not_found`, `state_conflict`."""
    row = queries.for_update(by, graduation_id, *MAY_ISSUE)
    GRADUATION.check(row.state, "make_ready", Who.STAFF)
    row.make_ready()
    row.save(update_fields=["state"])
    record("graduations.make_ready", row, by=by, from_state="made", to_state=row.state)
    facts = {"major": row.major.name, "office": row.application.origin.name if row.application.origin else ""}
    say(f"graduations.ready:{row.pk}", "graduation_ready", facts, to=row.candidate.user)
    return row


@transaction.atomic
def collect(graduation_id: int, *, by: Actor) -> Graduation:
    """已领取, by the graduate in person. Raises Problem: `not_found`, `state_conflict`."""
    row = queries.for_update(by, graduation_id, *MAY_ISSUE)
    GRADUATION.check(row.state, "collect", Who.STAFF)
    row.collect()
    row.collected_at = clock.now()
    row.save(update_fields=["state", "collected_at"])
    record("graduations.collect", row, by=by, from_state="ready", to_state=row.state)
    return row


@transaction.atomic
def export(state: str, reason: str, *, format: Format, by: Actor) -> Iterator[bytes]:
    """毕业生名单 of the actor's offices with full numbers, of one state or (empty) all; why is written down.

    Raises Problem `permission_denied` for who issues no certificates.
    """
    if not by.has_role(*MAY_ISSUE):
        raise Problem(Code.PERMISSION_DENIED)
    rows = queries.visible_to(by, *MAY_ISSUE)
    rows = rows.filter(state=state) if state else rows
    person = User.objects.get(pk=by.user_id or 0)
    record("graduations.export", person, by=by, note=reason, rows=rows.count(), state=state)
    return stream(rows.order_by("pk").iterator(500), _COLUMNS, format=format)
