"""What a form says of a field, in the reader's language."""

import pytest
from django import forms
from django.utils import translation

from home.forms import PortalForm, text
from portal.kernel.admin import ReasonForm


class Form(PortalForm):
    named = text("姓名")
    typed = forms.CharField()
    chosen = forms.ChoiceField(choices=[("a", "a")])
    ticked = forms.BooleanField()
    hidden = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize(
    ("language", "named", "others"),
    [("zh-hans", "请填写姓名。", "请填写此项。"), ("en", "Please fill in: 姓名.", "This field is required.")],
)
def test_a_field_without_a_name_is_called_none_by_nobody(language: str, named: str, others: str) -> None:
    with translation.override(language):
        said = {name: list(errors) for name, errors in Form({}).errors.items()}
    assert said.pop("named") == [named]
    assert said == {name: [others] for name in ("typed", "chosen", "ticked", "hidden")}


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [
        ("zh-hans", "至少填写4个字符。", "不能超过200个字符。"),
        ("en", "Use at least 4 characters.", "Use at most 200 characters."),
    ],
)
def test_the_length_of_a_text_is_told_without_counting_what_was_typed(language: str, short: str, long: str) -> None:
    """Also at the desk."""
    with translation.override(language):
        assert ReasonForm({"reason": "补录"}).errors["reason"] == [short]
        assert ReasonForm({"reason": "补录" * 101}).errors["reason"] == [long]


@pytest.mark.parametrize(
    ("field", "typed", "chinese"),
    [
        (forms.ChoiceField(choices=[("a", "a")]), "<b>", "没有这个选项，请重新选择。"),
        (forms.IntegerField(min_value=1, max_value=5), "9", "不能大于5。"),
        (forms.IntegerField(min_value=1, max_value=5), "0", "不能小于1。"),
        (forms.IntegerField(), "三", "请填写整数。"),
        (forms.DecimalField(max_digits=4, decimal_places=2), "x", "请填写数字。"),
        (forms.DecimalField(max_digits=4, decimal_places=2), "1.234", "小数不能超过2位。"),
        (forms.DecimalField(max_digits=4, decimal_places=2), "123.4", "整数部分不能超过2位。"),
        (forms.DateField(), "明天", "请填写正确的日期。"),
        (forms.EmailField(), "x", "请填写正确的邮箱地址。"),
        (forms.UUIDField(), "x", "编号的格式不正确。"),
        (forms.CharField(), "a\0b", "含有不能使用的字符，请重新填写。"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_the_houses_words(field: forms.Field, typed: str, chinese: str) -> None:
    form = type("One", (PortalForm,), {"field": field})({"field": typed})
    assert form.errors["field"] == [chinese]
