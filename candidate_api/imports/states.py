"""导入: what a batch and its lines can be, and who may do what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

SYSTEM, STAFF = frozenset({Who.SYSTEM}), frozenset({Who.STAFF})

IMPORT = Machine(
    "import",
    [
        State("checking", _("核对中"), "info"),
        State("checked", _("待审批"), "warning"),
        State("faulty", _("文件有误"), "danger", final=True),
        State("applied", _("已写入"), "success"),
        State("undo_asked", _("待同意撤销"), "warning"),
        State("refused", _("已退回"), final=True),
        State("undone", _("已撤销"), final=True),
    ],
    [
        Move("finish", ("checking",), "checked", SYSTEM, _("核对完成")),
        Move("give_up", ("checking",), "faulty", SYSTEM, _("文件不能读取")),
        Move("recheck", ("checked",), "checking", STAFF, _("重新核对")),
        Move("approve", ("checked",), "applied", STAFF, _("同意写入")),
        Move("refuse", ("checked",), "refused", STAFF, _("退回")),
        Move("ask_undo", ("applied",), "undo_asked", STAFF, _("申请撤销")),
        Move("undo", ("undo_asked",), "undone", STAFF, _("撤销整批")),
        Move("keep", ("undo_asked",), "applied", STAFF, _("不撤销")),
    ],
)


class Verdict(models.TextChoices):
    """What a line of the file would do."""

    NEW = "new", _("新增")
    CHANGED = "changed", _("更改")
    UNCHANGED = "unchanged", _("不变")
    REFUSED = "refused", _("不能导入")


class Format(models.TextChoices):
    """What a file may be, by the end of its name."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"
    DBF = "dbf", "DBF"


# The role (code of review.offices.states.Role), held at the province.
MAY_IMPORT = ("archive",)
