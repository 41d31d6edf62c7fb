"""个人信息权利: what a request for one's own data, and one for the account's erasure, can be (PIPL 45, 47)."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

EXPORT = Machine(
    "export",
    [
        State("requested", _("正在准备"), "info"),
        State("ready", _("可以下载"), "success", final=True),
    ],
    [Move("deliver", ("requested",), "ready", frozenset({Who.SYSTEM}), _("完成"))],
)

ERASURE = Machine(
    "erasure",
    [
        State("requested", _("待处理"), "warning"),
        State("approved", _("已注销")),
        State("reopened", _("已恢复"), "success", final=True),
        State("refused", _("未通过"), "danger", final=True),
        State("withdrawn", _("已撤回"), final=True),
    ],
    [
        Move("approve", ("requested",), "approved", frozenset({Who.STAFF}), _("同意注销")),
        Move("refuse", ("requested",), "refused", frozenset({Who.STAFF}), _("不同意")),
        Move("reopen", ("approved",), "reopened", frozenset({Who.STAFF}), _("恢复账号")),
        Move("withdraw", ("requested",), "withdrawn", frozenset({Who.CANDIDATE}), _("撤回申请")),
    ],
)

# What `allowed_actions` of a request is made of.
ERASURE_ACTIONS = ERASURE.askable(Who.CANDIDATE)

EXPORT_KEPT = timedelta(days=7)
EXPORTS_A_DAY = 3
# Roles that decide on an erasure (codes of review.offices.states.Role).
MAY_DECIDE = ("archive", "administrator")
