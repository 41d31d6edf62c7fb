"""咨询投诉: what one can be, and who may do what to it in each state."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

_CANDIDATE, _STAFF = frozenset({Who.CANDIDATE}), frozenset({Who.STAFF})
_OPEN = ("pending", "handling")
_DONE = ("answered", "rated", "closed")

COMPLAINT = Machine(
    "complaint",
    [
        State("pending", _("待受理"), "info"),
        State("handling", _("处理中"), "warning"),
        State("answered", _("已答复"), "success"),
        State("rated", _("已评价")),
        State("closed", _("已关闭")),
    ],
    [
        Move("accept", ("pending",), "handling", _STAFF, _("受理")),
        Move("claim", ("handling",), None, _STAFF, _("接手处理")),
        Move("answer", ("handling",), "answered", _STAFF, _("答复")),
        Move("release", ("handling",), None, _STAFF, _("放下")),
        Move("transfer", _OPEN, "pending", _STAFF, _("转办")),
        Move("note", _OPEN + _DONE, None, _STAFF, _("内部备注")),
        Move("add_message", _OPEN, None, _CANDIDATE, _("补充说明")),
        Move("attach", _OPEN, None, _CANDIDATE, _("上传附件")),
        Move("rate", ("answered",), "rated", _CANDIDATE, _("评价")),
        Move("reopen", _DONE, "pending", _CANDIDATE, _("追问")),
        Move("close", (*_OPEN, "answered"), "closed", _CANDIDATE, _("关闭")),
    ],
)

# What `allowed_actions` is made of.
ACTIONS = COMPLAINT.askable(Who.CANDIDATE)


class Kind(TextChoices):
    CONSULT = "consult", _("咨询")
    COMPLAINT = "complaint", _("投诉")
    SUGGESTION = "suggestion", _("建议")
    REPORT = "report", _("举报")


class Due(TextChoices):
    """How a complaint stands to its deadline."""

    NONE = "none", _("已办结")
    OK = "ok", _("时限内")
    SOON = "soon", _("即将超时")
    OVERDUE = "overdue", _("已超时")
