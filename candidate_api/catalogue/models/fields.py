"""Columns that several models of the catalogue share."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# Two sessions a year (domain 1.1): whatever reckons with half-years knows no other month.
SESSION_CODE = r"[0-9]{4}-(?:04|10)"
NO_SESSION_CODE = _("考期只有4月和10月，写作“2026-10”的形式。")
is_session_code = RegexValidator(rf"^{SESSION_CODE}\Z", NO_SESSION_CODE)
is_region_code = RegexValidator(r"^[0-9]{6}\Z", _("行政区划代码为6位数字。"))
is_course_code = RegexValidator(r"^[0-9]{5}\Z", _("课程代码为5位数字。"))


def session_code(label: Any, **options: Any) -> "models.CharField[str, str]":
    """A session by its code (`2026-10`). Codes sort as time does, and the catalogue does not know the sessions."""
    return models.CharField(label, max_length=7, validators=[is_session_code], **options)
