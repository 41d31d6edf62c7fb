"""消息文案 at the desk: every message that may be put in other words, its versions, a preview before it is saved."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from portal.kernel.admin import ActView, ForRoles, ListingViewSet, ReasonForm
from portal.kernel.messages import actions, queries, rules
from portal.kernel.messages.states import Channel


class WordingList(ForRoles, View):
    """Every template, with the words in force."""

    roles = rules.MAY_REWORD

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [
            {"worded": worded, "channels": "、".join(str(channel.label) for channel in worded.shape.channels)}
            for worded in queries.all_worded()
        ]
        context = {"header_title": _("消息文案"), "header_icon": "edit", "rows": rows}
        return render(request, "kernel/messages/wordings.html", context)


class WordingForm(ReasonForm):
    title = forms.CharField(label=_("标题"), max_length=120)
    text = forms.CharField(label=_("正文"), max_length=rules.MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4}))
    seen = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("title", "text", "reason", "seen")


class PreviewForm(WordingForm):
    """Nothing is kept, so nothing has to be given a reason."""

    reason = forms.CharField(label=_("事由"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class _OfTemplate(ActView):
    roles = rules.MAY_REWORD

    def find(self, pk: Any) -> queries.Worded:
        return queries.editable(pk)

    def back(self) -> str:
        return reverse("wordings:index")

    def facts(self) -> list[Any]:
        shape = self.thing.shape
        return [
            (_("模板"), shape.code),
            (_("渠道"), "、".join(str(channel.label) for channel in shape.channels)),
            (_("占位符"), "　".join(f"{{{name}}}" for name in shape.names)),
            (_("系统文案"), f"{shape.title}：{shape.text}"),
        ]


class Reword(_OfTemplate):
    title = _("修改文案")
    button = _("保存")
    explains = _("占位符由系统填入，每个都须保留，不能增加。只影响以后的消息。")
    form_class = WordingForm
    template_name = "kernel/messages/wording.html"

    def form(self, data: Any = None) -> forms.Form:
        worded: queries.Worded = self.thing
        initial = {"title": worded.title, "text": worded.text, "seen": worded.version}
        kind = PreviewForm if data and "preview" in data else WordingForm
        return kind(data, initial=initial)

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        code = self.thing.shape.code
        if "preview" in self.request.POST:
            if why := rules.unfit(given["text"], self.thing.shape.names):
                form = self.form(self.request.POST)
                form.add_error("text", why)
                return self.page(form)
            return self.page(WordingForm(initial=given), preview=self._filled(given["title"], given["text"]))
        actions.reword(code, given["title"], given["text"], seen=given["seen"], reason=given["reason"], by=self.actor)
        self.done(_("文案已更新，从现在起使用。"))
        return None

    def page(self, form: forms.Form | None, status: int = 200, **more: Any) -> HttpResponse:
        worded: queries.Worded = self.thing
        shown = {
            "versions": queries.versions(worded.shape.code)[:50],
            "worded": worded,
            "by_sms": Channel.SMS in worded.shape.channels,
            "now": self._filled(worded.title, worded.text),
        }
        return super().page(form, status, **shown, **more)

    def _filled(self, title: str, text: str) -> dict[str, str]:
        """As its reader will see it, with a mark where a value comes."""
        names = self.thing.shape.names
        return {"title": title, "text": text.format(**{name: f"〔{name}〕" for name in names})}


class RestoreForm(ReasonForm):
    seen = forms.IntegerField(widget=forms.HiddenInput)


class Restore(_OfTemplate):
    title = button = _("恢复系统文案")
    explains = _("从现在起使用系统文案；改过的各版本仍可查看。")
    form_class = RestoreForm

    def form(self, data: Any = None) -> forms.Form:
        return RestoreForm(data, initial={"seen": self.thing.version})

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.restore_words(self.thing.shape.code, seen=given["seen"], reason=given["reason"], by=self.actor)
        self.done(_("已恢复系统文案。"))
        return None


class WordingViewSet(ListingViewSet):
    name = "wordings"
    icon = "edit"
    menu_label = _("消息文案")
    menu_order = 8001
    roles = rules.MAY_REWORD

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", WordingList.as_view(), name="index"),
            path("<str:pk>/", Reword.as_view(), name="edit"),
            path("<str:pk>/restore/", Restore.as_view(), name="restore"),
        ]
