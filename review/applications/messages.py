"""What a candidate is told about an application."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

_ALL = (Channel.IN_APP, Channel.SMS)

register(
    Template(
        "application_submitted",
        _("申请已提交"),
        _("您的“{title}”申请已提交，编号{number}。当前：{step}。"),
        (Channel.IN_APP,),
    ),
    Template(
        "application_returned",
        _("申请已退回，请修改"),
        _("您的“{title}”申请（{number}）已退回，请于{due}前登录查看意见，修改后重新提交，逾期失效。"),
        _ALL,
    ),
    Template(
        "application_moved",
        _("申请已转交其他机构"),
        _("您的“{title}”申请（{number}）已转由{office}办理，原因和要求请登录查看。"),
        _ALL,
    ),
    Template(
        "application_to_confirm",
        _("申请待您确认"),
        _("您的“{title}”申请（{number}）待您确认，请于{due}前登录核对并确认，逾期失效。"),
        _ALL,
    ),
    Template(
        "application_due",
        _("申请即将到期"),
        _("您的“{title}”申请（{number}）须于{due}前处理，逾期失效。"),
        _ALL,
    ),
    Template(
        "application_approved",
        _("申请已办结"),
        _("您的“{title}”申请（{number}）已审核通过并办结。"),
        _ALL,
    ),
    Template(
        "application_rejected",
        _("申请未通过"),
        _("您的“{title}”申请（{number}）未通过审核，请登录查看意见。"),
        _ALL,
    ),
    Template(
        "application_recalled",
        _("申请已由发件方撤回"),
        _("您的“{title}”申请（{number}）材料有误，已由招生考试院撤回，无需确认。"),
        _ALL,
    ),
    Template(
        "application_expired",
        _("申请已逾期失效"),
        _("您的“{title}”申请（{number}）逾期未处理，已失效。"),
        _ALL,
    ),
)
