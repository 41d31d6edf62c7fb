from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.faq.models import FaqCategory, FaqQuestion


class QuestionViewSet(SnippetViewSet):
    model = FaqQuestion
    icon = "help"
    menu_label = _("问题")
    list_display: ClassVar = ["question", "category", "is_published", "updated_at"]
    list_filter: ClassVar = ["category", "is_published"]
    search_fields: ClassVar = ["search_text"]
    search_backend_name = None  # the database's own search finds nothing inside Chinese text
    sort_order_field = "order"
    panels: ClassVar = [
        FieldPanel("category"),
        FieldPanel("question"),
        FieldPanel("answer"),
        FieldPanel("is_published"),
    ]


class CategoryViewSet(SnippetViewSet):
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
