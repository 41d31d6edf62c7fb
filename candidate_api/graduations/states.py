"""毕业: from the province's last word to the certificate in its owner's hand."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

STAFF = frozenset({Who.STAFF})

GRADUATION = Machine(
    "graduation",
    [
        State("approved", _("终审通过"), "success"),
        State("made", _("已制证"), "success"),
        State("ready", _("可领取"), "success"),
        State("collected", _("已领取"), "success", final=True),
    ],
    [
        Move("make", ("approved",), "made", STAFF, _("登记毕业证书编号")),
        Move("make_ready", ("made",), "ready", STAFF, _("可以领取")),
        Move("collect", ("ready",), "collected", STAFF, _("登记领取")),
    ],
)
# Roles by act (codes of review.offices.states.Role), each for the offices where it is held.
MAY_ISSUE = ("archive",)
MAY_SEE = ("archive", "auditor", "first_reviewer", "second_reviewer")
