"""What a form may ask, how long an answer may be, how often one may be sent."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Words
from portal.kernel.limits import Limit

# Wagtail's own names. No e-mail, address or file among them: a form collects nothing about a person.
_FIELDS: list[tuple[str, Words]] = [
    ("singleline", _("单行文字")),
    ("multiline", _("多行文字")),
    ("number", _("数字")),
    ("radio", _("单选")),
    ("checkboxes", _("多选")),
    ("dropdown", _("下拉选择")),
    ("checkbox", _("勾选")),
    ("date", _("日期")),
]
MAX_LINE, MAX_TEXT = 120, 1000
ANSWERS = Limit("form.answer", 60, timedelta(hours=1))


def field_choices() -> list[tuple[str, Words]]:
    return list(_FIELDS)
