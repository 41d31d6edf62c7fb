"""What staff do with one record: each act a page that says what it does, and a form with a reason."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_to
from candidate_api.candidates.states import Category
from candidate_api.catalogue.models import School
from candidate_api.identity.actions import confirm_on_site
from candidate_api.identity.states import MAY_CONFIRM, Result
from candidate_api.registry import actions, queries
from candidate_api.registry.states import (
    MAY_ASSIGN,
    MAY_CHANGE_MOBILE,
    MAY_EXTEND,
    MAY_FREEZE,
    MAY_MERGE,
    MAY_UNMASK,
)
from cms.windows.models import WindowExtension
from cms.windows.queries import extendable, extensions_of
from cms.windows.rules import deadline
from portal.kernel import clock
from portal.kernel.admin import ActView, ReasonForm
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.text import mask_mobile, mask_name


def masked(candidate: Candidate) -> list[tuple[Words, str]]:
    """What the desk reads of a person without asking for more."""
    return [
        (_("姓名"), mask_name(candidate.user.name)),
        (_("准考证号"), candidate.candidate_number or ""),
        (_("证件类型"), candidate.get_id_type_display()),
        (_("证件号码"), candidate.masked_id_number),
        (_("手机号码"), mask_mobile(candidate.user.mobile)),
        (_("考生类别"), candidate.get_category_display()),
        (_("助学单位"), str(candidate.assisting_school or "")),
        (_("所属市自考办"), str(candidate.district or "")),
        (_("报考专业"), str(candidate.major or "")),
    ]


@method_decorator(sensitive_post_parameters(), name="dispatch")
class CandidateAct(ActView):
    """On a record of the offices where one of `roles` is held."""

    @classmethod
    def fits(cls, candidate: Candidate) -> bool:
        """Whether the record's page offers it, by what the page has read of the record already (`standing`: its
        身份认证, `extensions`); the verb decides."""
        return bool(candidate.user.is_active)

    def find(self, pk: int) -> Candidate:
        if not visible_to(self.actor, *self.roles).filter(pk=pk).exists():
            raise Problem(Code.NOT_FOUND)
        return queries.one(self.actor, pk)

    def back(self) -> str:
        return reverse("candidates:detail", args=[self.thing.pk])

    def facts(self) -> list[tuple[Words, str]]:
        return masked(self.thing)[:5]


class UnmaskForm(ReasonForm):
    what = forms.ChoiceField(
        label=_("查看内容"),
        choices=[
            ("id_number", _("证件号码")),
            ("mobile", _("手机号码")),
            ("name", _("姓名")),
            ("birth_date", _("出生日期")),
            ("address", _("通信地址")),
        ],
        widget=forms.RadioSelect,
        initial="id_number",
    )
    field_order = ("what", "reason")


class Unmask(CandidateAct):
    title = button = _("查看完整信息")
    explains = _("完整内容只显示这一次。您的姓名、时间和事由记入审计日志。")
    roles = MAY_UNMASK
    form_class = UnmaskForm
    template_name = "registry/unmask.html"

    @classmethod
    def fits(cls, candidate: Candidate) -> bool:
        return True

    def act(self, given: dict[str, Any]) -> HttpResponse:
        value = actions.unmask(self.thing.pk, given["what"], given["reason"], by=self.actor)
        label = dict(UnmaskForm.base_fields["what"].choices)[given["what"]]  # type: ignore[attr-defined]
        return self.page(None, label=label, value=value or _("（未填写）"))


class Freeze(CandidateAct):
    title = button = _("冻结账号")
    explains = _("该考生将不能登录，所有设备立即退出，并收到通知。报考、成绩等记录不变。")
    grave = True
    roles = MAY_FREEZE

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.freeze(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("账号已冻结。"))
        return None


class Unfreeze(CandidateAct):
    title = button = _("解冻账号")
    explains = _("该考生可以重新登录，并收到通知。")
    roles = MAY_FREEZE

    @classmethod
    def fits(cls, candidate: Candidate) -> bool:
        return bool(candidate.frozen)  # type: ignore[attr-defined]  # annotated

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.unfreeze(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("账号已解冻。"))
        return None


class MobileForm(ReasonForm):
    mobile = forms.CharField(
        label=_("新手机号码"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("短信验证码"),
        max_length=10,
        required=False,
        help_text=_("先点“发送验证码”，由考生告知收到的6位数字。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ("mobile", "code", "reason")


class AtCounter(ActView):
    """An act for which the person reads a code from the number that they want to use."""

    form_class = MobileForm
    template_name = "registry/mobile.html"

    def candidate_id(self) -> int:
        return int(self.thing.pk)

    def form(self, data: Any = None) -> forms.Form:
        form = super().form(data)
        if data and "send" in data:
            form.fields["reason"].required = False
            form.fields["reason"].min_length = None
            form.fields["reason"].validators = []
        return form

    def code_sent(self, given: dict[str, Any]) -> HttpResponse | None:
        """The page again, where the code was asked for."""
        if "send" not in self.request.POST:
            return None
        actions.send_code(self.candidate_id(), given["mobile"], by=self.actor)
        return self.page(MobileForm(initial=given), sent=True)


class ChangeMobile(AtCounter, CandidateAct):
    title = button = _("更换手机号码")
    explains = _("须当面核验考生证件原件。更换后所有设备退出登录，原号码收到通知。")
    roles = MAY_CHANGE_MOBILE

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        if page := self.code_sent(given):
            return page
        actions.change_mobile(self.thing.pk, given["mobile"], given["code"], given["reason"], by=self.actor)
        self.done(_("手机号码已更换。"))
        return None


class DocumentForm(ReasonForm):
    name = forms.CharField(label=_("姓名"), max_length=50, help_text=_("按证件原件输入，由系统与考籍比对。"))
    id_number = forms.CharField(label=_("证件号码"), max_length=30)
    field_order = ("name", "id_number", "reason")


class ConfirmIdentity(CandidateAct):
    title = button = _("现场核验身份")
    explains = _("须当面核对证件原件，与在线身份认证效力相同。考生会收到通知。")
    roles = MAY_CONFIRM
    form_class = DocumentForm

    @classmethod
    def fits(cls, candidate: Candidate) -> bool:
        return super().fits(candidate) and bool(candidate.standing.result != Result.PASSED)  # type: ignore[attr-defined]

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        confirm_on_site(self.thing.pk, given["name"], given["id_number"], given["reason"], by=self.actor)
        self.done(_("已登记为身份认证通过。"))
        return None


class ExtendForm(ReasonForm):
    window = forms.ChoiceField(label=_("办理时间"))
    until = forms.DateTimeField(
        label=_("延长至"),
        help_text=_("到这一刻即截止。“当天24:00”请填次日00:00。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("window", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["window"].choices = [  # type: ignore[attr-defined]
            ("", _("请选择")),
            *(
                (window.pk, _("%(window)s（%(time)s截止）") % {"window": window, "time": deadline(window.closes_at)})
                for window in extendable(clock.now())
            ),
        ]


class Extend(CandidateAct):
    title = button = _("个别延期")
    explains = _("只为这名考生延长一项业务的办理时间，须有正当事由。已有延期的，以这次为准。考生会收到通知。")
    roles = MAY_EXTEND
    form_class = ExtendForm

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        made = actions.extend(self.thing.pk, int(given["window"]), given["until"], given["reason"], by=self.actor)
        self.done(_("已延长至%(until)s。") % {"until": deadline(made.until)})
        return None


class EndExtensionForm(ReasonForm):
    extension = forms.ChoiceField(label=_("个别延期"))
    field_order = ("extension", "reason")


class EndExtension(CandidateAct):
    title = button = _("结束个别延期")
    explains = _("该延期立即结束，考生会收到通知。延期期间已经办理的不受影响。")
    grave = True
    roles = MAY_EXTEND
    form_class = EndExtensionForm

    @classmethod
    def fits(cls, candidate: Candidate) -> bool:
        return super().fits(candidate) and any(
            e.until > clock.now()
            for e in candidate.extensions  # type: ignore[attr-defined]
        )

    def form(self, data: Any = None) -> forms.Form:
        form = super().form(data)
        form.fields["extension"].choices = [  # type: ignore[attr-defined]
            (e.pk, _("%(window)s（延长至%(time)s）") % {"window": e.window, "time": deadline(e.until)})
            for e in running_extensions(self.thing)
        ]
        return form

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.end_extension(self.thing.pk, int(given["extension"]), given["reason"], by=self.actor)
        self.done(_("个别延期已结束。"))
        return None


def running_extensions(candidate: Candidate) -> "QuerySet[WindowExtension]":
    """Those that have not ended."""
    return extensions_of(candidate.user_id).filter(until__gt=clock.now())


class SchoolForm(ReasonForm):
    category = forms.ChoiceField(label=_("考生类别"), choices=Category.choices)
    school = forms.ModelChoiceField(
        label=_("助学单位"),
        queryset=School.objects.order_by("code"),
        to_field_name="code",
        required=False,
        empty_label=_("无（社会考生）"),
    )
    field_order = ("category", "school", "reason")


class AssignSchool(CandidateAct):
    title = button = _("考生类别和助学单位")
    explains = _("按助学单位的书面确认逐人修改；多人请用考籍名册导入。已报考的课程和考场不变。")
    roles = MAY_ASSIGN
    form_class = SchoolForm

    def form(self, data: Any = None) -> forms.Form:
        form = super().form(data)
        form.initial = {"category": self.thing.category, "school": self.thing.assisting_school}
        return form

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        school = given["school"].code if given["school"] else ""
        actions.assign_school(self.thing.pk, given["category"], school, given["reason"], by=self.actor)
        self.done(_("考生类别和助学单位已修改。"))
        return None


class MergeForm(ReasonForm):
    target = forms.CharField(
        label=_("保留的准考证号"), max_length=12, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    field_order = ("target", "reason")


class ProposeMerger(CandidateAct):
    title = button = _("合并准考证号")
    explains = _("本准考证号将注销，其成绩、报考记录、订单、消息和咨询投诉转入保留的准考证号。须由另一名考籍人员审批。")
    grave = True
    roles = MAY_MERGE
    form_class = MergeForm

    @classmethod
    def fits(cls, candidate: Candidate) -> bool:
        return super().fits(candidate) and candidate.state == "enrolled"

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.propose(self.thing.pk, given["target"], given["reason"], by=self.actor)
        self.done(_("已提出合并，等待另一名考籍人员审批。"))
        return None


CANDIDATE_ACTS: dict[str, type[CandidateAct]] = {
    "unmask": Unmask,
    "freeze": Freeze,
    "unfreeze": Unfreeze,
    "mobile": ChangeMobile,
    "identity": ConfirmIdentity,
    "extend": Extend,
    "end-extension": EndExtension,
    "school": AssignSchool,
    "merge": ProposeMerger,
}
