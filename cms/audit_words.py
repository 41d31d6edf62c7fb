"""What the log calls the verbs of what the office publishes and answers."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "complaints.accept": _("受理咨询"),
    "complaints.add_message": _("补充咨询"),
    "complaints.answer": _("答复咨询"),
    "complaints.attach": _("上传咨询附件"),
    "complaints.claim": _("领取咨询"),
    "complaints.close": _("关闭咨询"),
    "complaints.export": _("导出咨询"),
    "complaints.note": _("记录内部备注"),
    "complaints.rate": _("评价答复"),
    "complaints.release": _("放回咨询"),
    "complaints.reopen": _("重新打开咨询"),
    "complaints.submit": _("提交咨询"),
    "complaints.transfer": _("转交咨询"),
    "service.change": _("修改服务公告"),
    "service.end": _("结束服务公告"),
    "service.post": _("发布服务公告"),
    "window.change": _("变更办理时间"),
    "window.create": _("设置办理时间"),
    "window.delete": _("删除办理时间"),
    "window.end_extension": _("结束个人延期"),
    "window.extend": _("为一人延期"),
}
