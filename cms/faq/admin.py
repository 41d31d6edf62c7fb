from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from cms.faq.models import FaqCategory, FaqQuestion
from cms.faq.queries import weighed
from portal.kernel.admin import KeptSnippets, yes_or_no


class QuestionViewSet(KeptSnippets):
    model = FaqQuestion
    icon = "help"
    menu_label = _("问题")
    list_display: ClassVar = [
        "question",
        "category",
        yes_or_no("is_published", _("公开")),
        "updated_at",
        Column("helpful", label=_("有帮助"), sort_key="helpful"),
        Column("unhelpful", label=_("没帮助"), sort_key="unhelpful"),
    ]
    list_filter: ClassVar = ["category", "is_published"]
    search_fields: ClassVar = ["search_text"]
    search_backend_name = None  # the database's own search finds nothing inside Chinese text
    sort_order_field = "order"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[FaqQuestion]":
        return weighed()

    panels: ClassVar = [
        FieldPanel("category"),
        FieldPanel("question"),
        FieldPanel("answer"),
        FieldPanel("is_published"),
    ]


class CategoryViewSet(KeptSnippets):
    model = FaqCategory
    icon = "list-ul"
    menu_label = _("分类")
    list_display: ClassVar = ["label", "code", "order"]
    sort_order_field = "order"
    panels: ClassVar = [FieldPanel("label"), FieldPanel("code")]


class FaqGroup(SnippetViewSetGroup):
    menu_label = _("常见问题")
    menu_icon = "help"
    menu_order = 110
    items = (QuestionViewSet, CategoryViewSet)
