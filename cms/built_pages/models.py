"""What editors make without a developer: a plain page, a page of questions, a form."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel
from wagtail.contrib.forms.models import AbstractForm, AbstractFormField, AbstractFormSubmission
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.built_pages.forms import Builder
from cms.built_pages.rules import field_choices
from cms.faq.models import FaqCategory
from cms.faq.queries import by_category
from cms.news.blocks import BodyBlock
from cms.news.models import PREVIEW_SIZES
from portal.kernel.edges import actor_of
from portal.kernel.errors import Problem


class Built(Page):
    """What such pages share: they stand under 首页, and have phones first in their preview."""

    parent_page_types: ClassVar = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        abstract = True

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        return PREVIEW_SIZES


class PlainPage(Built):
    """A page of blocks, as a notice has them, without a date."""

    summary = models.CharField(_("摘要"), max_length=200, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("正文"))
    search_text = models.TextField(editable=False, blank=True)

    template = "cms/plain_page.html"
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("search_text")]

    class Meta:
        verbose_name = _("普通页面")
        verbose_name_plural = _("普通页面")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = "\n".join(
            [self.title, self.summary, *self.body.stream_block.get_searchable_content(self.body)]
        )
        super().save(*args, **kwargs)


class FaqPage(Built):
    """Questions of the chosen categories on a page of their own."""

    intro = models.CharField(_("说明"), max_length=200, blank=True)
    categories = ParentalManyToManyField(FaqCategory, verbose_name=_("问题分类"))

    template = "cms/faq_page.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("categories", widget=forms.CheckboxSelectMultiple),
    ]

    class Meta:
        verbose_name = _("问答页面")
        verbose_name_plural = _("问答页面")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        groups = by_category(among=self.categories.all())
        return super().get_context(request, *args, **kwargs) | {"groups": groups}


class FormPage(Built, AbstractForm):
    """A survey or a sign-up for a service: anonymous, without files, its answers forgotten after `keep_days`."""

    intro = RichTextField(_("说明"), blank=True, features=["bold", "ol", "ul", "link"])
    thanks = models.CharField(_("提交后的提示"), max_length=200, default=_("提交成功，感谢您的参与。"))
    keep_days = models.PositiveSmallIntegerField(
        _("答卷保留天数"), default=180, help_text=_("答卷满该天数后自动删除。请在此之前导出统计结果。")
    )

    form_builder = Builder
    template = "cms/form_page.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        HelpPanel(
            content=_(
                "表单只用于服务通知和意见调查，答卷不记名。不得收集姓名、证件号码、手机号、住址、照片等个人信息和材料；"
                "需要个人信息的业务请在业务办理中进行。"
            ),
            heading=_("使用须知"),
        ),
        FieldPanel("intro"),
        InlinePanel("form_fields", label=_("题目"), min_num=1, max_num=30),
        FieldPanel("thanks"),
        FieldPanel("keep_days"),
    ]

    class Meta:
        verbose_name = _("表单页面")
        verbose_name_plural = _("表单页面")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(keep_days__range=(1, 730)),
                name="form_answers_are_forgotten",
                violation_error_message=_("保留天数应在1至730之间。"),
            )
        ]

    def get_submission_class(self) -> type["FormAnswer"]:
        return FormAnswer

    def get_submissions_list_view_class(self) -> Any:
        from cms.built_pages.admin import Answers  # noqa: PLC0415 -- Wagtail asks the model for its screen

        return Answers

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from cms.built_pages.actions import answer  # noqa: PLC0415 -- Wagtail asks the model to serve its page

        if "done" in request.GET:
            return render(request, "cms/form_done.html", self.get_context(request))
        form = self.get_form(request.POST if request.method == "POST" else None, page=self, user=request.user)
        problems, status = [], 200
        if form.is_valid():
            try:
                answer(self.pk, form.cleaned_data, token=request.POST.get("token", ""), by=actor_of(request, "web"))
            except Problem as problem:
                problems, status = [{"text": problem.detail}], problem.status
            else:
                return redirect(f"{request.path}?done=1")
        problems += [{"text": text, "target": bound.id_for_label} for bound in form for text in bound.errors]
        shown = {"form": form, "token": request.POST.get("token") or uuid4(), "problems": problems}
        return render(request, self.template, self.get_context(request) | shown, status=status)


class FormField(AbstractFormField):
    page = ParentalKey(FormPage, on_delete=models.CASCADE, related_name="form_fields")
    field_type = models.CharField(_("题型"), max_length=16, choices=field_choices)

    class Meta(AbstractFormField.Meta):
        verbose_name = _("题目")
        verbose_name_plural = _("题目")


class FormAnswer(AbstractFormSubmission):
    """What somebody has answered; nobody knows who. `token` came with the empty form: sent twice, it counts once."""

    token = models.UUIDField(_("标记"))

    class Meta(AbstractFormSubmission.Meta):
        verbose_name = _("答卷")
        verbose_name_plural = _("答卷")
        constraints: ClassVar = [models.UniqueConstraint(fields=["page", "token"], name="form_answer_once")]
