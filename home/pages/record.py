"""The candidate's own record: profile, mobile and address for a session, photo."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from candidate_api.candidates import actions, queries
from candidate_api.candidates import photo as photos
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import missing, of
from candidate_api.candidates.rules import (
    LOCKED,
    NOT_TAKING_NEW,
    PHONE,
    PHONE_WRONG,
    POSTCODE,
    POSTCODE_WRONG,
    said_by,
)
from candidate_api.candidates.states import Gender, IdType
from candidate_api.catalogue.models import Area, CodeItem, District, Major
from candidate_api.identity import queries as identities
from candidate_api.identity import texts
from candidate_api.identity.actions import verify
from candidate_api.identity.states import IDENTITY, Kind
from home import drafts
from home.doors import private, safe_next
from home.forms import Digits, PortalForm, text
from home.problems import explain, page, place
from home.sessions import window_of
from portal.kernel import clock
from portal.kernel.edges import actor_of
from portal.kernel.errors import Problem
from portal.kernel.text import clean, mask_mobile
from review.types import queries as types

OUR_PROVINCE = "450000"
CORRECTED = ("name", "id_type", "id_number")
_LISTS = ("ethnicity", "political_status", "education", "occupation", "household_type")


class ProfileForm(PortalForm):
    """个人基本信息; what the ID number says by itself is shown and not asked."""

    # As the page has them, so that its error summary follows it.
    field_order = (
        *("major", "district", "gender", "birth_date", "ethnicity", "political_status", "education", "occupation"),
        *("employer", "household_area", "household_type", "former_name", "native_place"),
        *("address_area", "address", "postcode", "phone", "name", "id_type", "id_number"),
    )
    # To be put right, up to the first passed course; empty where it is right as it stands.
    name = text(gettext_lazy("姓名"), max_length=60, required=False, autocomplete="name")
    id_type = forms.ChoiceField(
        label=gettext_lazy("证件类型"), choices=[("", gettext_lazy("不更正")), *IdType.choices], required=False
    )
    id_number = text(gettext_lazy("证件号码"), max_length=40, required=False, autocomplete="off")
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
    household_area = forms.ChoiceField(label=gettext_lazy("户籍所在地"), required=False)
    employer = text(gettext_lazy("工作单位"), max_length=100, required=False, autocomplete="organization")
    native_place = text(gettext_lazy("籍贯"), max_length=60, required=False)
    address_area = forms.ChoiceField(label=gettext_lazy("通信地址所在县（市、区）"))
    address = text(gettext_lazy("详细地址"), max_length=200, autocomplete="street-address")
    postcode = Digits(
        POSTCODE, label=gettext_lazy("邮政编码"), required=False, error_messages={"invalid": POSTCODE_WRONG},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )  # fmt: skip
    phone = Digits(
        PHONE, label=gettext_lazy("固定电话"), required=False, error_messages={"invalid": PHONE_WRONG},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    district = forms.ModelChoiceField(
        District.objects.none(),
        label=gettext_lazy("所属市自考办"),
        to_field_name="code",
        empty_label=gettext_lazy("请选择"),
    )
    major = forms.ModelChoiceField(
        Major.objects.none(), label=gettext_lazy("报考专业"), to_field_name="code", empty_label=gettext_lazy("请选择"),
        error_messages={"invalid_choice": NOT_TAKING_NEW},
    )  # fmt: skip

    def __init__(self, *args: Any, candidate: Candidate, locked: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = District.objects.all()
        self.fields["major"].queryset = queries.majors_to_choose(candidate)
        items: dict[str, list[tuple[str, str]]] = {name: [("", str(_("请选择")))] for name in _LISTS}
        provinces: list[tuple[str, str]] = []
        items_of = items | {"province": provinces}
        own = {name: getattr(candidate, name, "") for name in items_of}
        for item in CodeItem.objects.filter(list__in=items_of):
            if item.is_retired and item.code != own[item.list]:
                continue
            items_of[item.list].append((item.code, item.label))
        for name, choices in items.items():
            self.fields[name].choices = choices
        areas = _areas(provinces)
        for name in ("address_area", "household_area"):
            self.fields[name].choices = areas
        for name in {*locked, *said_by(candidate.id_number)} & self.fields.keys():
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned = {n: v for n, v in cleaned.items() if v or n not in CORRECTED}
        # A name is cleaned by the verb: full-width letters may be its own.
        return {n: clean(v) if isinstance(v, str) and n != "name" else v for n, v in cleaned.items()}


def _areas(provinces: list[tuple[str, str]]) -> list[Any]:
    """Counties under their cities, and the other provinces, as a grouped list."""
    elsewhere = [province for province in provinces if province[0] != OUR_PROVINCE]
    groups: dict[str, list[tuple[str, str]]] = {}
    for area in Area.objects.select_related("district"):
        groups.setdefault(area.district.name, []).append((area.code, area.name))
    return [("", _("请选择")), *groups.items(), (_("其他省（区、市）"), elsewhere)]


def _current(candidate: Candidate) -> dict[str, Any]:
    values = {name: getattr(candidate, name) for name in actions.EDITABLE}
    for name in ("district", "major"):
        values[name] = values[name].code if values[name] else ""
    return values | dict.fromkeys(CORRECTED, "")


@sensitive_post_parameters()
@private
def profile(request: HttpRequest) -> HttpResponse:
    """个人基本信息."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    locked = queries.locked(candidate)
    if request.method == "POST":
        form = ProfileForm(request.POST, candidate=candidate, locked=locked)
        if form.is_valid():
            try:
                saved = actions.save_profile(form.cleaned_data, by=actor)
            except Problem as problem:
                explain(problem, form)
            else:
                flash.success(request, _after(candidate, saved))
                return redirect("home:me" if saved.photo_id else "home:photo")
        else:
            place(actions.refusals(candidate, form.cleaned_data), form)
    else:
        draft = drafts.kept(request)
        initial = (_current(candidate) | draft.dict()) if draft else _current(candidate)
        form = ProfileForm(initial=initial, candidate=candidate, locked=locked)
    context = {
        "candidate": candidate,
        "locked": locked,
        "mobile": mask_mobile(candidate.user.mobile),
        "correcting": form.is_bound and any(form.data.get(name) for name in CORRECTED),
        "back": reverse("home:me"),
        "missing": missing(candidate),
        **(_way_to_change() if locked else {}),
    }
    return page(request, "home/me/profile.html", context, form=form)


def _way_to_change() -> dict[str, Any]:
    """What stands where the record is locked, and the way to the application that changes it all the same."""
    offered = types.published().filter(kind="info-change").values_list("slug", flat=True).first()
    return {"sentence": LOCKED, "change": reverse("home:apply", args=[offered]) if offered else ""}


def _after(before: Candidate, after: Candidate) -> str:
    if after.candidate_number and not before.candidate_number:
        return _("保存成功，您的准考证号是 %(number)s。") % {"number": after.candidate_number}
    return _("保存成功。")


class ContactForm(PortalForm):
    """通信地址, as it stands and to be put right."""

    address_area = forms.ChoiceField(label=gettext_lazy("通信地址所在县（市、区）"))
    address = text(gettext_lazy("详细地址"), max_length=200, autocomplete="street-address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = CodeItem.objects.filter(list="province").values_list("code", "label")
        self.fields["address_area"].choices = _areas(list(provinces))

    def clean_address(self) -> str:
        return clean(self.cleaned_data["address"])


@private
def contact(request: HttpRequest) -> HttpResponse:
    """Confirm mobile and address, as every session asks before registration, and go on to where one was going."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    window, _others = window_of(request, actor)
    if window is None:
        return redirect("home:registration")
    onwards = safe_next(request, request.GET.get("next", "") or reverse("home:registration"))
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid():
            try:
                actions.save_profile(form.cleaned_data, by=actor)
                actions.confirm_contact(window.session, by=actor)
            except Problem as problem:
                explain(problem, form)
            else:
                return HttpResponseRedirect(onwards)
    else:
        current = {"address_area": candidate.address_area, "address": candidate.address}
        draft = drafts.kept(request)
        form = ContactForm(initial=(current | draft.dict()) if draft else current)
    context = {"mobile": mask_mobile(candidate.user.mobile), "window": window, "back": reverse("home:business")}
    return page(request, "home/me/contact.html", context, form=form)


class PhotoForm(PortalForm):
    photo = forms.FileField(
        label=gettext_lazy("选择照片"),
        help_text=gettext_lazy("JPG、PNG 或 HEIC，不超过10MB"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/heic,image/heif", "data-photo": "1"}),
    )


@private
def photo(request: HttpRequest) -> HttpResponse:
    """照片: the specification in words, a frame to cut it out with, and each rule that an upload breaks."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_valid():
        try:
            saved = actions.set_photo(photos.read(form.cleaned_data["photo"]), by=actor)
        except Problem as problem:
            explain(problem, form)
        else:
            done = _after(candidate, saved)
            flash.success(request, done if saved.candidate_number else _("照片已保存。请继续完善个人信息。"))
            return redirect("home:me" if not missing(saved) else "home:profile")
    locked = "photo" in queries.locked(candidate) and candidate.photo_id
    context = {
        "candidate": candidate,
        "spec": photos.spec_on(clock.today()),
        "locked": locked,
        "back": reverse("home:me"),
        **(_way_to_change() if locked else {}),
    }
    return page(request, "home/me/photo.html", context, form=form)


@private
def identity(request: HttpRequest) -> HttpResponse:
    """身份认证: name and ID number, and by consent the photo, held against the police's records; or the offline way."""
    actor = actor_of(request, "web")
    problem = None
    if request.method == "POST":
        kind = Kind.FACE if "face" in request.POST else Kind.NAME_NUMBER
        try:
            verify(kind, consent_version=request.POST.get("consent", ""), by=actor)
        except Problem as refused:
            problem = refused
        else:
            return redirect("home:identity")
    candidate = of(actor)
    context = {
        "candidate": candidate,
        "supported": candidate.id_type == IdType.RESIDENT_ID,
        "name_number": _shown(candidate, Kind.NAME_NUMBER),
        "face": _shown(candidate, Kind.FACE),
        "consent": texts.CONSENT,
        "consent_version": texts.CONSENT_VERSION,
        "offline": texts.OFFLINE,
        "back": reverse("home:me"),
    }
    return page(request, "home/me/identity.html", context, problem=problem)


def _shown(candidate: Candidate, kind: str) -> dict[str, Any]:
    """A check as the page shows it."""
    status = identities.status(candidate, kind)
    state = IDENTITY.states[status.check.state] if status.check else None
    again = state is None or state.code in ("failed", "abandoned")
    return {"kind": kind, "state": state, "at": status.checked_at, "again": again}
