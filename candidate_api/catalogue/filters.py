"""Filters of lists: one field per code, each refusing what cannot be such a code."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from candidate_api.catalogue.models.fields import SESSION_CODE
from portal.kernel.api import Query
from portal.kernel.text import clean


class NoQuery(Query):
    """No filters at all; a misspelt or invented one is told all the same."""


class CodeField(serializers.RegexField):
    """A code in a query string, optional; `invalid` where it does not look like one."""

    def __init__(self, pattern: str, message: Any, **options: Any) -> None:
        super().__init__(
            rf"^(?:{pattern})\Z", required=False, allow_blank=True, error_messages={"invalid": message}, **options
        )


class SearchField(serializers.CharField):
    """What somebody typed into a search box, normalised; two Chinese characters are enough to find something."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_blank=True, max_length=50)

    def to_internal_value(self, data: Any) -> str:
        return clean(super().to_internal_value(data))


def major_code() -> CodeField:
    return CodeField(r"[0-9]{6}K?T?", _("专业代码为6位数字，可带K或T。"))


def course_code() -> CodeField:
    return CodeField(r"[0-9]{5}", _("课程代码为5位数字。"))


def school_code() -> CodeField:
    return CodeField(r"[0-9]{5}", _("学校代码为5位数字。"))


def session_code() -> CodeField:
    return CodeField(SESSION_CODE, _("考期写作“2026-10”的形式。"))
