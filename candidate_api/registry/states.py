"""考籍管理: what a freeze and a merger can be, and who may do what to a candidate's record."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

STAFF = frozenset({Who.STAFF})

FREEZE = Machine(
    "freeze",
    [
        State("active", _("已冻结"), "danger"),
        State("lifted", _("已解冻"), "success", final=True),
    ],
    [Move("lift", ("active",), "lifted", STAFF, _("解冻"))],
)

MERGER = Machine(
    "merger",
    [
        State("proposed", _("待审批"), "warning"),
        State("approved", _("已合并"), "success", final=True),
        State("refused", _("未通过"), final=True),
    ],
    [
        Move("approve", ("proposed",), "approved", STAFF, _("同意合并")),
        Move("refuse", ("proposed",), "refused", STAFF, _("不同意")),
    ],
)

# Roles by act (codes of review.offices.states.Role), each for the offices where it is held.
MAY_UNMASK = ("archive", "first_reviewer", "second_reviewer", "administrator")
MAY_FREEZE = ("archive", "administrator")
MAY_CHANGE_MOBILE = ("archive", "first_reviewer", "administrator")
MAY_MERGE = ("archive",)
MAY_ASSIGN = ("archive",)
MAY_EXTEND = ("archive", "administrator")

BY_ANOTHER = _("合并须由另一名考籍人员审批。")
TAKEN = _("该手机号码已绑定其他账号。")
