"""Filters of lists: one field per code, each refusing what cannot be such a code, and what is the code of nothing."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from candidate_api.catalogue.models import Course, Major, School
from candidate_api.catalogue.models.fields import NO_SESSION_CODE, SESSION_CODE
from portal.kernel.api import Query
from portal.kernel.text import clean


class NoQuery(Query):
    """No filters at all; a misspelt or invented one is told all the same."""


class CodeField(serializers.RegexField):
    """A code in a query string, optional; `invalid` where it does not look like one, `unknown` where no row of `model`
    has it (None: any that looks like one)."""

    def __init__(self, pattern: str, invalid: Any, model: type[models.Model] | None, unknown: Any, **more: Any) -> None:
        messages = {"invalid": invalid, "unknown": unknown}
        super().__init__(rf"^(?:{pattern})\Z", required=False, allow_blank=True, error_messages=messages, **more)
        self.model = model

    def run_validation(self, data: Any = empty) -> Any:
        code = super().run_validation(data)
        if code and self.model is not None and not self.model._default_manager.filter(code=code).exists():
            self.fail("unknown")
        return code


class SearchField(serializers.CharField):
    """What somebody typed into a search box, normalised; two Chinese characters are enough to find something."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_blank=True, max_length=50)

    def to_internal_value(self, data: Any) -> str:
        return clean(super().to_internal_value(data))


def major_code() -> CodeField:
    return CodeField(r"[0-9]{6}K?T?", _("专业代码为6位数字，可带K或T。"), Major, _("没有这个专业。"))


def course_code() -> CodeField:
    return CodeField(r"[0-9]{5}", _("课程代码为5位数字。"), Course, _("没有这门课程。"))


def school_code() -> CodeField:
    return CodeField(r"[0-9]{5}", _("学校代码为5位数字。"), School, _("没有这所学校。"))


def session_code(model: type[models.Model] | None = None) -> CodeField:
    """Any 考期, or one of `model`, which a floor above brings."""
    return CodeField(SESSION_CODE, NO_SESSION_CODE, model, _("没有这个考期。"))
