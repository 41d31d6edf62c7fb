"""The invariants that today's models carry, in the order of their codes."""

from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements.models import Seat
from candidate_api.invariants.queries import entries, money, records
from candidate_api.invariants.rules import Invariant
from candidate_api.payments.models import Order, Refund
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from candidate_api.sessions.models import SeatPool

INVARIANTS = (
    Invariant("I1", _("每名缴费人的收入减退款，等于已办理的报考费加待处理款"), money.balances, money.succeeded),
    Invariant(
        "I2",
        _("每组报考只有一个有效订单，每个订单只有一笔进行中的支付"),
        entries.one_live_order,
        lambda: Registration.objects.count() + Order.objects.count(),
    ),
    Invariant("I3", _("退款不超过所收金额"), money.refunds_within_captured, Refund.objects.count),
    Invariant("I4", _("每条报考成功的科次都有一个已到账的订单"), money.confirmed_is_paid, Registration.objects.count),
    Invariant(
        "I5",
        _("一座一人，一人一场，考位数与有效科次数一致"),
        entries.nobody_twice,
        lambda: Registration.objects.count() + Seat.objects.count() + SeatPool.objects.count(),
    ),
    Invariant("I6", _("状态都在状态图内，每次变更都有审计记录"), records.moves_are_recorded, records.watched),
    Invariant("I7", _("每笔到账在一小时内办结：办理成功或者退款"), money.resolved_in_time, money.succeeded),
    Invariant("I8", _("没有渠道确认就没有到账"), money.vouched_for, money.succeeded),
    Invariant("I9", _("报考只在办理时间内"), entries.inside_the_window, Registration.objects.count),
    Invariant("I10", _("成绩与合格线、开考课程一致"), records.scores_are_right, Score.objects.count),
)
