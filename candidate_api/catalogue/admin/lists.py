"""What there is to study, where and from which book: one list for each table."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column

from candidate_api.catalogue import kinds
from candidate_api.catalogue.admin.screens import Index, KeptViewSet
from candidate_api.catalogue.states import DECIDING
from portal.kernel.admin import yes_or_no

_PRACTICE = yes_or_no("is_practice", _("实践环节"))
_DATES = ("no_new_from", "last_exam", "last_graduation")


def _codes(linked: Any) -> str:
    return " ".join(sorted(course.code for course in linked.all()))


class CourseViewSet(KeptViewSet):
    kind = kinds.COURSES
    name = "catalogue-courses"
    icon = "doc-full"
    menu_label = _("课程")
    related = ("theory",)
    list_display: ClassVar = ["code", "name", "category", "assessment", _PRACTICE, "theory", "fee_class"]
    list_filter: ClassVar = ["category", "assessment", "is_practice", "fee_class"]
    search_fields: ClassVar = ["code", "name"]


class MajorViewSet(KeptViewSet):
    kind = kinds.MAJORS
    name = "catalogue-majors"
    icon = "openquote"
    menu_label = _("专业")
    related = ("school",)
    list_display: ClassVar = ["code", "name", "level", "school", "status", *_DATES]
    list_filter: ClassVar = ["level", "status", "school"]
    search_fields: ClassVar = ["code", "old_code", "name"]


class SubstitutionViewSet(KeptViewSet):
    kind = kinds.SUBSTITUTIONS
    name = "catalogue-substitutions"
    icon = "resubmit"
    menu_label = _("课程顶替")
    linked = ("old", "new")
    list_display: ClassVar = [
        "code",
        Column("old", label=_("原课程"), accessor=lambda one: _codes(one.old)),
        Column("new", label=_("现课程"), accessor=lambda one: _codes(one.new)),
        yes_or_no("mutual", _("可互相顶替")),
        "valid_from",
        "valid_to",
    ]
    list_filter: ClassVar = ["mutual"]
    search_fields: ClassVar = ["code", "note"]


class TextbookViewSet(KeptViewSet):
    kind = kinds.TEXTBOOKS
    name = "catalogue-textbooks"
    icon = "clipboard-list"
    menu_label = _("教材")
    related = ("course",)
    list_display: ClassVar = ["title", "course", "authors", "publisher", "edition_year", "valid_from", "valid_to"]
    list_filter: ClassVar = ["valid_from"]
    search_fields: ClassVar = ["title", "authors", "course__code", "course__name"]


class ChosenCodes(Index):
    """The lists that the office keeps; those by which rules decide change with a release."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().exclude(list__in=DECIDING)


class CodeViewSet(KeptViewSet):
    kind = kinds.CODES
    name = "catalogue-codes"
    icon = "list-ol"
    menu_label = _("代码表")
    index_view_class = ChosenCodes
    list_display: ClassVar = [
        "label",
        Column("list", label=_("代码表"), accessor="get_list_display", sort_key="list"),
        "code",
        "order",
        yes_or_no("is_retired", _("停用")),
    ]
    list_filter: ClassVar = ["list", "is_retired"]
    search_fields: ClassVar = ["code", "label"]


class SchoolViewSet(KeptViewSet):
    kind = kinds.SCHOOLS
    name = "catalogue-schools"
    icon = "home"
    menu_label = _("主考学校")
    list_display: ClassVar = ["code", "name"]
    search_fields: ClassVar = ["code", "name"]


class DistrictViewSet(KeptViewSet):
    kind = kinds.DISTRICTS
    name = "catalogue-districts"
    icon = "globe"
    menu_label = _("考区")
    list_display: ClassVar = ["code", "name"]
    search_fields: ClassVar = ["code", "name"]


class AreaViewSet(KeptViewSet):
    kind = kinds.AREAS
    name = "catalogue-areas"
    icon = "globe"
    menu_label = _("县（市、区）")
    related = ("district",)
    list_display: ClassVar = ["code", "name", "district"]
    list_filter: ClassVar = ["district"]
    search_fields: ClassVar = ["code", "name"]
