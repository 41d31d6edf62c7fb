from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from cms.news.readers import name_of
from cms.news.rules import Target


class NewsForm(WagtailAdminPageForm):
    """What an editor saves. Whether the catalogue has the code is asked here alone: a notice that stands goes on
    standing, and is taken down on time, when the catalogue forgets it."""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        target, code = given.get("target"), given.get("target_code")
        if target != Target.ALL and code and not name_of(target, code):
            self.add_error("target_code", _("目录中没有这个代码，请核对。"))
        return given
