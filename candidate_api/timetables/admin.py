"""编排考试时间表 at the desk: lines to be typed, pasted or read from a file; what would change is shown first."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages

from candidate_api.catalogue.models import Course
from candidate_api.imports.files import opened
from candidate_api.imports.rules import Unreadable, layout
from candidate_api.imports.states import Format
from candidate_api.sessions.models import ExamSession
from candidate_api.sessions.rules import SLOTS
from candidate_api.timetables import actions, queries, rules
from portal.kernel.admin import ForRoles, ListingViewSet, ReasonForm, at_desk
from portal.kernel.errors import Code, Problem
from review.offices.rules import of_the_province
from review.offices.states import Role

KEEPERS = (Role.ADMINISTRATOR,)


class LinesForm(forms.Form):
    """The whole timetable as text; a file takes its place."""

    lines = forms.CharField(
        label=_("时间表"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "class": "timetable-lines"}),
        help_text=_("每行一门：课程代码、场次（1至4），其后的课程名称可不填。没有列出的课程不开考。可从Excel粘贴。"),
    )
    file = forms.FileField(
        label=_("或者选择文件"),
        required=False,
        help_text=_("CSV或Excel（xlsx），第一行为列名：课程代码、场次。以文件为准。"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    wanted: dict[str, int]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        file = given.get("file")
        try:
            read = _read(file) if file else _typed(given.get("lines", ""))
        except Unreadable as error:
            self.add_error("file", str(error))
            return given
        self.wanted, wrong = read
        for sentence in wrong[:50]:
            self.add_error("file" if file else "lines", sentence)
        return given


class ConfirmForm(LinesForm, ReasonForm):
    """`seen` is what the timetable was when the change was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    field_order = ("lines", "reason", "seen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["file"]


def _typed(text: str) -> tuple[dict[str, int], list[str]]:
    return rules.read(rules.numbered(text), {"course": 0, "slot": 1})


def _read(file: UploadedFile) -> tuple[dict[str, int], list[str]]:
    ending = (file.name or "").rpartition(".")[2].lower()
    if ending not in (Format.CSV, Format.XLSX):
        raise Unreadable(str(_("只能读取csv、xlsx文件。")))
    if (file.size or 0) > rules.MOST_BYTES:
        raise Unreadable(str(_("文件太大，一个考期的时间表不超过2MB。")))
    with TemporaryDirectory() as folder:
        kept = Path(folder) / f"timetable.{ending}"
        kept.write_bytes(b"".join(file.chunks()))
        with opened(kept, ending) as table:
            return rules.read(table.rows, layout(rules.COLUMNS, table.headings))


def _text(timetable: dict[str, int], names: dict[str, str]) -> str:
    ordered = sorted(timetable.items(), key=lambda line: (line[1], line[0]))
    return "\n".join(f"{code} {slot} {names.get(code, '')}".rstrip() for code, slot in ordered)


class _OfTheProvince(ForRoles, View):
    roles = KEEPERS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not of_the_province(at_desk(request), *KEEPERS):
            raise PermissionDenied
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise Http404 from problem
            raise


class Sessions(_OfTheProvince):
    """Which session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"header_title": _("编排时间表"), "header_icon": "table", "sessions": queries.open_sessions()}
        return render(request, "timetables/sessions.html", context)


class Timetable(_OfTheProvince):
    """One session's lines; 预览 shows what would change, 确认保存 changes it."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        session = queries.session(code)
        known = queries.timetable(session)
        names = {code: row.course.name for code, row in known.items()}
        text = _text({code: row.slot for code, row in known.items()}, names)
        return self.page(session, LinesForm(initial={"lines": text}))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        session = queries.session(code)
        if "confirm" in request.POST:
            return self.confirm(session, ConfirmForm(request.POST))
        form = LinesForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(session, form)
        return self.shown(session, form.wanted)

    def shown(self, session: ExamSession, wanted: dict[str, int]) -> HttpResponse:
        """What these lines would change, to be confirmed or corrected."""
        moves, refused = actions.preview(session.code, wanted, by=self.actor)
        seen = rules.digest({code: row.slot for code, row in queries.timetable(session).items()})
        codes = {*wanted, *(move.course for move in moves)}
        names = dict(Course.objects.filter(code__in=codes).values_list("code", "name"))
        initial = {"lines": _text(wanted, names), "seen": seen}
        if refused or not moves:
            return self.page(session, LinesForm(initial=initial), moves=moves, names=names, refused=refused, done=True)
        return self.page(session, ConfirmForm(initial=initial), moves=moves, names=names, confirms=True, done=True)

    def confirm(self, session: ExamSession, form: ConfirmForm) -> HttpResponse:
        if not form.is_valid():
            return self.page(session, form, confirms=True)
        given = form.cleaned_data
        try:
            moves = actions.set_timetable(session.code, form.wanted, given["reason"], seen=given["seen"], by=self.actor)
        except Problem as problem:
            for error in problem.errors:
                form.add_error(None, str(error.detail))
            if not problem.errors:
                form.add_error(None, str(problem.detail))
            return self.page(session, form, status=problem.status, confirms=True)
        messages.success(self.request, str(_("已保存，共改动%(n)d门课程。") % {"n": len(moves)}))
        return HttpResponseRedirect(reverse("timetables:index"))

    def page(self, session: ExamSession, form: forms.Form, status: int = 200, **more: Any) -> HttpResponse:
        labels = {slot.number: slot.label for slot in SLOTS}
        names = more.pop("names", {})
        moves = [
            {
                "course": f"{move.course} {names.get(move.course, '')}",
                "before": labels.get(move.before),
                "after": labels.get(move.after),
            }
            for move in more.pop("moves", ())
        ]
        context = {
            "header_title": _("编排时间表"),
            "breadcrumbs_items": [
                {"url": reverse("timetables:index"), "label": _("编排时间表")},
                {"url": "", "label": session.name},
            ],
            "session": session,
            "slots": SLOTS,
            "form": form,
            "moves": moves,
            "back": reverse("timetables:index"),
        }
        return render(self.request, "timetables/edit.html", context | more, status=status)


class TimetableViewSet(ListingViewSet):
    name = "timetables"
    icon = "table"
    menu_label = _("编排时间表")
    menu_order = 129
    roles = KEEPERS

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", Sessions.as_view(), name="index"),
            path("<slug:code>/", Timetable.as_view(), name="edit"),
        ]
