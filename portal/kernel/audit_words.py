"""What the log calls the kernel's verbs."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "desk.export": _("导出列表"),
    "messages.choose": _("选用文案"),
    "messages.restore_words": _("恢复原文案"),
    "messages.retry": _("重新发送消息"),
    "messages.reword": _("修改消息文案"),
    "staff_door.change_password": _("修改密码（工作人员）"),
    "staff_door.recovery_codes": _("生成恢复码"),
    "staff_door.remove": _("移除动态口令"),
    "staff_door.set_up": _("绑定动态口令"),
    "staff_door.sign_in": _("登录后台"),
    "staff_door.sign_in_failed": _("登录后台失败"),
    "staff_door.verify": _("通过二次验证"),
    "staff_door.wrong_code": _("二次验证错误"),
}
