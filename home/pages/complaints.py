"""咨询投诉: what the candidate has asked, and the thread with the office."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cms.complaints import actions, queries
from cms.complaints.rules import COMMENT, CONTACT, CONTENT, TITLE, candidates_moves
from cms.complaints.states import COMPLAINT, Kind
from home import drafts
from home.doors import private
from home.forms import PortalForm, text
from home.problems import explain, page
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.edges import actor_of
from portal.kernel.errors import Code, Problem
from portal.kernel.papers import read

_FILES = gettext_lazy("JPG、PNG、HEIC图片或PDF，每个不超过10MB，最多6个")
_ACCEPT = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/heic,image/heif,application/pdf"})


class NewForm(PortalForm):
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=Kind.choices, widget=forms.RadioSelect)
    category = forms.ChoiceField(label=gettext_lazy("业务分类"))
    title = text(gettext_lazy("标题"), max_length=TITLE)
    content = text(gettext_lazy("内容"), max_length=CONTENT, widget=forms.Textarea, rows="6")
    contact = text(
        gettext_lazy("其他联系方式"),
        max_length=CONTACT,
        required=False,
        help_text=gettext_lazy("不填写则使用您绑定的手机号码"),
    )
    file = forms.FileField(label=gettext_lazy("附件"), required=False, help_text=_FILES, widget=_ACCEPT)
    is_public = forms.BooleanField(label=gettext_lazy("同意把问题和答复隐去个人信息后整理进“常见问题”"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(category.code, category.label) for category in queries.categories()]
        self.fields["category"].choices = [("", _("请选择")), *chosen]


class TextForm(PortalForm):
    text = text(gettext_lazy("内容"), max_length=CONTENT, widget=forms.Textarea, rows="4")


class FileForm(PortalForm):
    file = forms.FileField(label=gettext_lazy("附件"), help_text=_FILES, widget=_ACCEPT)


class RateForm(PortalForm):
    rating = forms.TypedChoiceField(
        label=gettext_lazy("满意度"),
        coerce=int,
        choices=[
            (5, gettext_lazy("5分 非常满意")),
            (4, gettext_lazy("4分 满意")),
            (3, gettext_lazy("3分 一般")),
            (2, gettext_lazy("2分 不满意")),
            (1, gettext_lazy("1分 非常不满意")),
        ],
        widget=forms.RadioSelect,
    )
    comment = text(gettext_lazy("说明"), max_length=COMMENT, required=False, widget=forms.Textarea, rows="3")


class CloseForm(PortalForm):
    pass


@private
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What one has asked, newest first."""
    found = Paginator(queries.own(actor_of(request, "web")), 20).get_page(request.GET.get("page"))
    rows = [(complaint, COMPLAINT.states[complaint.state]) for complaint in found]
    context = {"page_obj": found, "rows": rows, "back": reverse("home:services")}
    return render(request, "home/complaints/index.html", context)


@private
def new(request: HttpRequest) -> HttpResponse:
    """Ask or complain."""
    posted = request.method == "POST"
    if posted:
        form = NewForm(request.POST, request.FILES)
    else:
        form = NewForm(initial=drafts.kept(request) or {"kind": "consult"})
    status = 200
    if form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        by = actor_of(request, "web")
        try:
            made = actions.submit(**given, by=by)
        except Problem as refused:
            explain(refused, form)
            status = refused.status
        else:
            words = _("已提交，编号%(number)s。一个工作日内受理，三个工作日内答复。") % {"number": made.number}
            messages.success(request, words)
            if file is not None:
                _first_file(request, made.number, file, by)
            return redirect("home:complaint", made.number)
    return page(request, "home/complaints/new.html", {"back": reverse("home:complaints")}, form=form, status=status)


def _first_file(request: HttpRequest, number: str, file: Any, by: Actor) -> None:
    """The words are kept whatever the file is: it can be sent again on the next page."""
    try:
        actions.attach(number, read(file), file.name or "", by=by)
    except Problem as refused:
        messages.warning(request, _("附件没有上传：%(why)s") % {"why": refused.detail})


def _attach(number: str, given: dict[str, Any], by: Actor) -> None:
    file = given["file"]
    actions.attach(number, read(file), file.name or "", by=by)


# What the buttons of the page do: the form of each, and its verb.
_ACTS: dict[str, tuple[type[PortalForm], Callable[[str, dict[str, Any], Actor], object]]] = {
    "add_message": (TextForm, lambda number, given, by: actions.add_message(number, given["text"], by=by)),
    "attach": (FileForm, _attach),
    "rate": (RateForm, lambda number, given, by: actions.rate(number, **given, by=by)),
    "reopen": (TextForm, lambda number, given, by: actions.reopen(number, given["text"], by=by)),
    "close": (CloseForm, lambda number, given, by: actions.close(number, by=by)),
}


def _empty(act: str, typed: Any) -> PortalForm:
    """A form to fill in; with what was typed into it before, where `typed` is for it."""
    return _ACTS[act][0](auto_id=f"{act}_%s", initial=typed if typed.get("act") == act else None)


@private
def one(request: HttpRequest, number: str) -> HttpResponse:
    """The thread, and what may be done now; each button posts here with its name."""
    actor = actor_of(request, "web")
    complaint = queries.own_one(actor, number)
    bound: PortalForm | None = None
    act, status = "", 200
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in _ACTS:
            raise Problem(Code.NOT_FOUND)
        shape, verb = _ACTS[act]
        bound = shape(request.POST, request.FILES, auto_id=f"{act}_%s")
        if bound.is_valid():
            try:
                verb(number, bound.cleaned_data, actor)
            except Problem as refused:
                explain(refused, bound)
                status = refused.status
            else:
                messages.success(request, _("操作成功。"))
                return redirect("home:complaint", number)
    typed = (drafts.kept(request) if request.method == "GET" else None) or {}
    act = act or typed.get("act", "")
    moves = candidates_moves(complaint.state, complaint.answered_at, clock.now())
    context = {
        "complaint": complaint,
        "state": COMPLAINT.states[complaint.state],
        "thread": queries.thread(complaint),
        "files": queries.candidates_files(complaint),
        "acts": [
            (move, COMPLAINT.moves[move].label, bound if bound and move == act else _empty(move, typed))
            for move in moves
        ],
        "act": act,
        "back": reverse("home:complaints"),
    }
    return page(request, "home/complaints/one.html", context, form=bound, status=status)
