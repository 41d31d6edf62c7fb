"""What is done with a batch: handed in, decided, checked again, taken back; its refused rows handed out."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from wagtail.admin import messages

from candidate_api.imports import actions, queries
from candidate_api.imports.actions.uploading import too_large
from candidate_api.imports.kinds import KINDS
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import MOST_BYTES, MOST_ROWS
from candidate_api.imports.states import IMPORT, MAY_IMPORT
from candidate_api.sessions.models import ExamSession
from portal.kernel.actor import Actor
from portal.kernel.admin import ActView, ForRoles, ReasonForm, at_desk
from portal.kernel.downloads import private_table
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who

_AROUND_THE_FILE = 64 * 1024


class UploadForm(ReasonForm):
    kind = forms.ChoiceField(label=_("类别"), widget=forms.RadioSelect)
    session = forms.ModelChoiceField(
        label=_("考期"),
        queryset=ExamSession.objects.none(),
        to_field_name="code",
        required=False,
        help_text=_("统考成绩、实践环节和论文成绩须选择。"),
    )
    file = forms.FileField(
        label=_("文件"),
        help_text=_("CSV、Excel（xlsx）或DBF，第一行为列名，不超过50MB、30万行。编码UTF-8或GBK。"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.dbf"}),
    )
    expected = forms.IntegerField(
        label=_("数据行数"),
        min_value=1,
        max_value=MOST_ROWS,
        help_text=_("移交单上的行数，不含列名。与文件不一致时整个文件不导入。"),
    )
    field_order = ("kind", "session", "file", "expected", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.label) for kind in KINDS.values()]  # type: ignore[attr-defined]
        self.fields["session"].queryset = queries.sessions()  # type: ignore[attr-defined]
        self.fields["reason"].label = _("来源说明")


@method_decorator(csrf_exempt, name="dispatch")
class Upload(ForRoles, View):
    """A new file. One that is far too large is refused by its announced length, before any of it is read: hence the
    token is looked for only afterwards."""

    roles = MAY_IMPORT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not queries.may_import(at_desk(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + _AROUND_THE_FILE:
            return self.page(UploadForm(), refusal=too_large(), status=413)
        return self.take(request)

    @method_decorator(csrf_protect)
    def take(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, status=400)
        given = form.cleaned_data
        try:
            batch = actions.upload(
                given["kind"],
                given["file"],
                name=given["file"].name,
                session_code=given["session"].code if given["session"] else "",
                expected=given["expected"],
                note=given["reason"],
                by=self.actor,
            )
        except Problem as problem:
            for error in problem.errors:
                form.add_error(error.field, str(error.detail))
            return self.page(form, refusal="" if problem.errors else str(problem.detail), status=problem.status)
        messages.success(request, str(_("已上传，正在核对。")))
        return HttpResponseRedirect(reverse("imports:one", args=[batch.pk]))

    def page(self, form: forms.Form, refusal: str = "", status: int = 200) -> HttpResponse:
        back = reverse("imports:index")
        context = {
            "header_title": _("上传数据文件"),
            "breadcrumbs_items": [{"url": back, "label": _("数据导入")}, {"url": "", "label": _("上传")}],
            "form": form,
            "refusal": refusal,
            "kinds": KINDS.values(),
            "back": back,
        }
        return render(self.request, "imports/upload.html", context, status=status)


class DecisionForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("审批意见")


class _Act(ActView):
    roles = MAY_IMPORT
    verb = ""

    @classmethod
    def fits(cls, batch: ImportBatch, actor: Actor) -> bool:
        """Whether the batch's page offers it; the verb decides."""
        return cls.verb in IMPORT.allowed(batch.state, Who.STAFF)

    def find(self, pk: int) -> ImportBatch:
        return queries.one(self.actor, pk)

    def back(self) -> str:
        return reverse("imports:one", args=[self.thing.pk])

    def facts(self) -> list[tuple[Any, str]]:
        batch: ImportBatch = self.thing
        told = (("new", _("新增")), ("changed", _("更改")), ("unchanged", _("不变")), ("refused", _("不能导入")))
        return [(_("文件"), batch.name), *((label, str(getattr(batch, name))) for name, label in told)]


class Approve(_Act):
    verb = "approve"
    title = button = _("同意写入")
    explains = _("新增和更改的数据一次全部写入考籍。有一行不能写入，就一行也不写入。")
    form_class = DecisionForm

    @classmethod
    def fits(cls, batch: ImportBatch, actor: Actor) -> bool:
        return super().fits(batch, actor) and not batch.refused and batch.uploaded_by_id != actor.user_id

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        batch = actions.approve(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已写入：新增%(new)d行，更改%(changed)d行。") % {"new": batch.new, "changed": batch.changed})
        return None


class Recheck(_Act):
    verb = "recheck"
    title = button = _("重新核对")
    explains = _("按现在的考籍和课程数据，把文件重新核对一遍。")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.recheck(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("正在重新核对。"))
        return None


class Refuse(_Act):
    verb = "refuse"
    title = button = _("退回")
    explains = _("不写入任何数据。预览随即删除，文件30天后删除。")
    form_class = DecisionForm

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.refuse(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已退回。"))
        return None


class AskUndo(_Act):
    verb = "ask_undo"
    title = button = _("申请撤销")
    explains = _("请另一位考籍人员把整批数据撤销：新增的删除，更改的恢复原值。")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.ask_undo(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已申请，请另一位考籍人员撤销。"))
        return None


class Keep(_Act):
    verb = "keep"
    title = button = _("不撤销")
    explains = _("数据保持写入。")
    form_class = DecisionForm

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.keep(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("数据保持写入。"))
        return None


class Undo(_Act):
    verb = "undo"
    title = button = _("撤销整批")
    explains = _("新增的数据删除，更改的数据恢复原值。写入之后被改动过的，不能撤销。")
    form_class = DecisionForm
    grave = True

    @classmethod
    def fits(cls, batch: ImportBatch, actor: Actor) -> bool:
        return super().fits(batch, actor) and batch.undo_asked_by_id != actor.user_id

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.undo(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已撤销。"))
        return None


class Refused(ForRoles, View):
    """The rows that cannot be imported, as a CSV with the reasons."""

    roles = MAY_IMPORT

    def post(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        try:
            pieces = actions.export_refused(pk, by=self.actor)
        except Problem as problem:
            raise (PermissionDenied if problem.code == Code.PERMISSION_DENIED else Http404) from problem
        return private_table(pieces, f"refused-{pk}", "csv")


ACTS = (Approve, Refuse, Recheck, AskUndo, Undo, Keep)
