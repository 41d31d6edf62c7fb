"""What the log calls the reviewers' verbs; an application's moves are called as its machine calls them."""

from django.utils.translation import gettext_lazy as _

from review.applications.states import APPLICATION, TOLD

WORDS = {
    **{f"applications.{verb}": move.label for verb, move in APPLICATION.moves.items()},
    **{f"applications.{verb}": label for verb, label in TOLD.items()},
    "applications.add_paper": _("上传材料"),
    "applications.export": _("导出申请"),
    "applications.open_numbers": _("查看完整号码"),
    "applications.open_paper": _("查看材料"),
    "applications.remove_paper": _("删除材料"),
    "applications.start": _("开始填写申请"),
    "applications.take_over": _("接手申请"),
    "bulk.retry": _("重试批量办理"),
    "bulk.start": _("批量办理"),
    "offices.appoint": _("任命工作人员"),
    "offices.deactivate": _("停用工作人员"),
    "offices.engage": _("新增工作人员"),
    "offices.reactivate": _("恢复工作人员"),
    "offices.relieve": _("撤销工作人员角色"),
    "offices.reset_second_factor": _("重置二次验证"),
    "types.save": _("保存申请类型"),
}
