from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField
from wagtail.rich_text import get_text_for_indexing


class FaqCategory(models.Model):
    """A heading of 常见问题解答; `code` is the API's and is never changed."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    label = models.CharField(_("名称"), max_length=20)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("问题分类")
        verbose_name_plural = _("问题分类")
        ordering: ClassVar = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class FaqQuestion(models.Model):
    category = models.ForeignKey(FaqCategory, models.PROTECT, related_name="questions", verbose_name=_("分类"))
    question = models.CharField(_("问题"), max_length=120)
    answer = RichTextField(_("解答"), features=["bold", "ol", "ul", "link"])
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_published = models.BooleanField(_("公开"), default=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)
    search_text = models.TextField(editable=False, blank=True)

    class Meta:
        verbose_name = _("常见问题")
        verbose_name_plural = _("常见问题")
        ordering: ClassVar = ["category__order", "order", "pk"]

    def __str__(self) -> str:
        return self.question

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = f"{self.question}\n{get_text_for_indexing(self.answer)}"
        super().save(*args, **kwargs)


class FaqVote(models.Model):
    """Whether an answer has helped somebody. `voter` is a keyed digest of who and which question: it finds the vote
    again when they change their mind, and tells neither who they are nor what else they have read."""

    question = models.ForeignKey(FaqQuestion, models.CASCADE, related_name="votes", verbose_name=_("问题"))
    voter = models.CharField(_("标记"), max_length=80)
    is_helpful = models.BooleanField(_("有帮助"))
    voted_on = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("评价")
        verbose_name_plural = _("评价")
        constraints: ClassVar = [models.UniqueConstraint(fields=["question", "voter"], name="faq_vote_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"
