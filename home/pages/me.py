"""我的: the record, what is still missing, messages."""

from typing import Any

from django import forms
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from candidate_api.candidates import actions
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.photo import spec_on
from candidate_api.candidates.queries import missing, of, onboarding
from candidate_api.candidates.states import CANDIDATE, Gender, IdType
from candidate_api.catalogue.models import Area, CodeItem, District, Major
from home import drafts
from home.doors import private, safe_next
from home.forms import PortalForm, text
from home.problems import explain, page
from portal.kernel import clock
from portal.kernel.edges import actor_of
from portal.kernel.errors import Problem
from portal.kernel.messages.actions import mark_read
from portal.kernel.messages.queries import inbox, unread_count
from portal.kernel.text import clean, mask_mobile

_STEPS = {"profile": "home:profile", "photo": "home:photo"}
_LISTS = ("ethnicity", "political_status", "education", "occupation", "household_type")
_MOST_UPLOADED = 5 * 1024 * 1024  # bytes; the specification itself asks for far less


@private
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """我的: identity masked, the way to the 准考证号, every entry."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    context = {
        "candidate": candidate,
        "mobile": mask_mobile(candidate.user.mobile),
        "state": CANDIDATE.states[candidate.state],
        "steps": _steps(candidate),
        "unread": unread_count(actor),
    }
    return render(request, "home/me/index.html", context)


def _steps(candidate: Candidate) -> list[dict[str, Any]]:
    """The task list; empty once the number is there."""
    if candidate.candidate_number:
        return []
    shown = []
    for step in onboarding(candidate):
        name = _STEPS.get(step.step, "")
        state = "done" if step.done else "current" if name else "todo"
        shown.append({"label": step.label, "state": state, "href": reverse(name) if name else ""})
    return shown


class ProfileForm(PortalForm):
    """个人基本信息; what the ID number says by itself is shown and not asked."""

    gender = forms.ChoiceField(label=gettext_lazy("性别"), choices=Gender.choices, widget=forms.RadioSelect)
    birth_date = forms.DateField(
        label=gettext_lazy("出生日期"),
        help_text=gettext_lazy("例如 1998-06-01"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    former_name = text(gettext_lazy("曾用名"), max_length=60, required=False)
    ethnicity = forms.ChoiceField(label=gettext_lazy("民族"))
    political_status = forms.ChoiceField(label=gettext_lazy("政治面貌"))
    education = forms.ChoiceField(label=gettext_lazy("文化程度"))
    occupation = forms.ChoiceField(label=gettext_lazy("职业"))
    household_type = forms.ChoiceField(label=gettext_lazy("户口性质"), required=False)
    employer = text(gettext_lazy("工作单位"), max_length=100, required=False, autocomplete="organization")
    native_place = text(gettext_lazy("籍贯"), max_length=60, required=False)
    address_area = forms.ChoiceField(label=gettext_lazy("通信地址所在县（市、区）"))
    address = text(gettext_lazy("详细地址"), max_length=200, autocomplete="street-address")
    postcode = forms.RegexField(
        r"^\d{6}$", label=gettext_lazy("邮政编码"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
        error_messages={"invalid": gettext_lazy("邮政编码为6位数字。")},
    )  # fmt: skip
    phone = forms.RegexField(
        r"^[\d-]{5,20}$", label=gettext_lazy("固定电话"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"invalid": gettext_lazy("固定电话只能包含数字和“-”。")},
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    district = forms.ModelChoiceField(
        District.objects.none(),
        label=gettext_lazy("所属市自考办"),
        to_field_name="code",
        empty_label=gettext_lazy("请选择"),
    )
    major = forms.ModelChoiceField(
        Major.objects.none(), label=gettext_lazy("报考专业"), to_field_name="code", empty_label=gettext_lazy("请选择")
    )

    def __init__(self, *args: Any, candidate: Candidate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = District.objects.all()
        self.fields["major"].queryset = Major.objects.all()
        self.fields["address_area"].choices = _areas()
        items: dict[str, list[tuple[str, str]]] = {name: [("", str(_("请选择")))] for name in _LISTS}
        for item in CodeItem.objects.filter(list__in=_LISTS):
            items[item.list].append((item.code, item.label))
        for name, choices in items.items():
            self.fields[name].choices = choices
        if candidate.id_type == IdType.RESIDENT_ID:
            del self.fields["gender"], self.fields["birth_date"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: clean(value) if isinstance(value, str) else value for name, value in cleaned.items()}


def _areas() -> list[Any]:
    """Counties under their cities, as a grouped list."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for area in Area.objects.select_related("district"):
        groups.setdefault(area.district.name, []).append((area.code, area.name))
    return [("", _("请选择")), *groups.items()]


def _current(candidate: Candidate) -> dict[str, Any]:
    values = {name: getattr(candidate, name) for name in actions.EDITABLE}
    for name in ("district", "major"):
        values[name] = values[name].code if values[name] else ""
    return values | {"email": candidate.user.email}


@sensitive_post_parameters()
@private
def profile(request: HttpRequest) -> HttpResponse:
    """个人基本信息."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    if request.method == "POST":
        form = ProfileForm(request.POST, candidate=candidate)
        if form.is_valid():
            try:
                saved = actions.save_profile(form.cleaned_data, by=actor)
            except Problem as problem:
                explain(problem, form)
            else:
                flash.success(request, _after(candidate, saved))
                return redirect("home:me" if saved.photo_id else "home:photo")
    else:
        draft = drafts.restore(request)
        form = ProfileForm(
            initial=(_current(candidate) | draft.dict()) if draft else _current(candidate), candidate=candidate
        )
        if draft:
            flash.info(request, _("已为您保留登录过期前填写的内容，请核对后保存。"))
    context = {"candidate": candidate, "back": reverse("home:me"), "missing": missing(candidate)}
    return page(request, "home/me/profile.html", context, form=form)


def _after(before: Candidate, after: Candidate) -> str:
    if after.candidate_number and not before.candidate_number:
        return _("保存成功，您的准考证号是 %(number)s。") % {"number": after.candidate_number}
    return _("保存成功。")


class PhotoForm(PortalForm):
    photo = forms.FileField(
        label=gettext_lazy("选择照片"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg", "data-photo": "1"}),
    )

    def clean_photo(self) -> Any:
        upload = self.cleaned_data["photo"]
        if upload.size > _MOST_UPLOADED:
            raise forms.ValidationError(_("图片大于5MB，请按规格压缩后再上传。"), code="size")
        return upload


@private
def photo(request: HttpRequest) -> HttpResponse:
    """照片: the specification in words, and each rule that an upload breaks."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_valid():
        try:
            saved = actions.set_photo(form.cleaned_data["photo"].read(), by=actor)
        except Problem as problem:
            explain(problem, form)
        else:
            done = _after(candidate, saved)
            flash.success(request, done if saved.candidate_number else _("照片已保存。请继续完善个人信息。"))
            return redirect("home:me" if not missing(saved) else "home:profile")
    context = {"candidate": candidate, "spec": spec_on(clock.today()), "back": reverse("home:me")}
    return page(request, "home/me/photo.html", context, form=form)


@private
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """消息, newest first."""
    found = Paginator(inbox(actor_of(request, "web")), 20).get_page(request.GET.get("page"))
    return render(request, "home/me/messages.html", {"page_obj": found, "back": reverse("home:me")})


@private
@require_POST
def read(request: HttpRequest, message_id: int) -> HttpResponse:
    """Mark one message as read, and go on to what it tells about."""
    message = mark_read(message_id, by=actor_of(request, "web"))
    return HttpResponseRedirect(safe_next(request, message.link or reverse("home:messages")))
