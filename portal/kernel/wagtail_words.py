"""What Wagtail's screens say in the words of Python, which no catalogue of sentences reaches: imported by
`wagtail_hooks`, before the first screen is drawn. What it does leave to a catalogue is in portal/locale/zh_Hans/."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.compare import FieldComparison, TextDiff, register_comparison_class
from wagtail.sites.views import IndexView

from portal.kernel import clock

_HEADINGS = {"port": gettext_lazy("端口"), "site_name": gettext_lazy("网站名称"), "root_page": gettext_lazy("首页")}


class InWords(FieldComparison):
    """比较版本: a moment or a yes or no, before and after."""

    def htmldiff(self) -> str:
        before, after = said(self.val_a), said(self.val_b)
        changes = [("equal", after)] if before == after else [("deletion", before), ("addition", after)]
        return str(TextDiff(changes).to_html())


def said(value: Any) -> str:
    if value is None:
        return _("（空）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return clock.local(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


for _kind in (models.BooleanField, models.DateTimeField):
    register_comparison_class(_kind, comparison_class=InWords)
for _column in IndexView.columns:
    if _column.name in _HEADINGS:
        _column.label = _HEADINGS[_column.name]
