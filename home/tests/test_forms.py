"""What a form says of a field, in the reader's language."""

import pytest
from django import forms
from django.utils import translation

from home.forms import PortalForm, text


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
