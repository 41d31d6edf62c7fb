"""What somebody is told whose record an import has changed. No mark: that stands where they sign in."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

SCORES_CHANGED = "imports.scores_changed"
SUSPENDED = "imports.suspended"
GRADUATION_DELAYED = "imports.graduation_delayed"
WITHDRAWN = "imports.decision_withdrawn"

register(
    Template(
        SCORES_CHANGED,
        _("成绩更改"),
        _("您{session}已公布的成绩有更改，请在成绩查询中查看。有疑问请咨询所属市招生考试院。"),
        (Channel.IN_APP,),
    ),
    Template(
        SUSPENDED,
        _("停考"),
        _("您自{starts}至{until}停考，其间不能报考和参加考试（{number}）。有疑问请咨询所属市招生考试院。"),
        (Channel.IN_APP,),
    ),
    Template(
        GRADUATION_DELAYED,
        _("延迟毕业"),
        _("您自{starts}至{until}延迟毕业，其间不能申请毕业（{number}）。有疑问请咨询所属市招生考试院。"),
        (Channel.IN_APP,),
    ),
    Template(
        WITHDRAWN,
        _("处理决定撤销登记"),
        _("您考籍中的一项处理决定（{number}）已撤销登记。有疑问请咨询所属市招生考试院。"),
        (Channel.IN_APP,),
    ),
)
