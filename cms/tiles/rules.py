"""The two groups of business tiles, and the pictures that a tile may carry."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Words


class TileGroup(models.TextChoices):
    QUERY = "query", _("业务查询")
    BUSINESS = "business", _("业务办理")


# Names in the portal's picture of icons (home/assets/img/icons.svg).
_ICONS: list[tuple[str, Words]] = [
    ("edit", _("填写")), ("list", _("清单")), ("ticket", _("准考证")), ("score", _("成绩")), ("forecast", _("预测")),
    ("pin", _("地点")), ("calendar", _("日历")), ("cap", _("专业")), ("book", _("课程")), ("doc", _("文件")),
    ("news", _("资讯")), ("help", _("问答")), ("talk", _("咨询")), ("phone", _("电话")), ("bell", _("通知")),
    ("check", _("确认")), ("swap", _("转考")), ("out", _("转出")), ("refund", _("退费")), ("pay", _("缴费")),
    ("badge", _("证件")),
    ("building", _("学校")), ("search", _("查询")), ("shield", _("诚信")), ("user", _("个人")), ("info", _("说明")),
]  # fmt: skip


def icon_choices() -> list[tuple[str, Words]]:
    return list(_ICONS)


def group_choices() -> list[tuple[str, Words]]:
    return list(TileGroup.choices)
