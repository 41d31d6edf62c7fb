from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def span(value: timedelta | None) -> str:
    """A length of time in the unit that suits it."""
    if value is None:
        return "—"
    hours = value.total_seconds() / 3600
    if hours < 1:
        return _("%d 分钟") % (hours * 60)
    return _("%.1f 小时") % hours if hours < 48 else _("%.1f 天") % (hours / 24)
