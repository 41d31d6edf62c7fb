"""报考退费 (domain 4.8): of entries whose course was cancelled, or that something nobody could help kept from. What was
paid twice or too late goes back by itself and is not asked for here."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.registrations.queries import refundable
from candidate_api.registrations.refunding import refund
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import FieldError
from portal.kernel.money import yuan
from portal.kernel.users.models import User
from review.types.kinds import Case, Facts, Kind


class RegistrationRefund(Kind):
    label = gettext_lazy("报考退费")

    def eligibility(self, record: Candidate) -> list[str]:
        if refundable(record.user_id).exists():
            return []
        return [_("您没有可以申请退费的课程：成绩公布前，已报考成功的课程可以申请。")]

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        return {"entries": [(str(row.pk), _said(row)) for row in refundable(user.pk)]}

    def facts(self, case: Case) -> Facts:
        rows = Registration.objects.filter(pk__in=_ids(case), candidate__user=case.applicant)
        found: Facts = []
        for row in rows.select_related("course", "session", "order__settled_by").order_by("slot"):
            paid = row.order.settled_by
            if paid is None:
                continue
            said = _("订单%(number)s，%(channel)s实收%(paid)s元，已退或待退%(back)s元，%(at)s支付；%(state)s") % {
                "number": row.order.number,
                "channel": paid.get_channel_display(),
                "paid": yuan(paid.amount_fen),
                "back": yuan(paid.refunded_fen),
                "at": f"{clock.local(row.order.paid_at or row.created_at):%Y-%m-%d %H:%M}",
                "state": row.get_state_display(),
            }
            found.append((_said(row), said))
        total = sum(row.fee_fen for row in rows)
        return [*found, (_("申请退费合计"), _("%(yuan)s元") % {"yuan": yuan(total)})]

    def check(self, case: Case) -> list[FieldError]:
        left = set(refundable(case.applicant.pk).values_list("pk", flat=True))
        if set(_ids(case)) <= left:
            return []
        return [FieldError("data.entries", "not_refundable", _("所选课程中有的不能退费，请重新选择。"))]

    def on_approved(self, case: Case, *, by: Actor) -> None:
        refund(_ids(case), by=by)


def _ids(case: Case) -> list[int]:
    return [int(pk) for pk in case.answers.get("entries", ())]


def _said(row: Registration) -> str:
    return f"{row.session.code} {row.course} {yuan(row.fee_fen)}" + _("元")
