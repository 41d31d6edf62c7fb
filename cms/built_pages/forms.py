"""An editor's form in the portal's dress, with an end to every text."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import loader
from wagtail.contrib.forms.forms import BaseForm, FormBuilder

from cms.built_pages.rules import MAX_LINE, MAX_TEXT


class _Renderer(DjangoTemplates):
    field_template_name = "components/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("django/"):
            return super().get_template(template_name)
        return loader.get_template(template_name)


class AnswerForm(BaseForm):
    default_renderer = _Renderer
    use_required_attribute = False


class Builder(FormBuilder):
    def create_singleline_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        options["max_length"] = MAX_LINE
        return super().create_singleline_field(field, options)

    def create_multiline_field(self, field: Any, options: dict[str, Any]) -> forms.Field:
        options["max_length"] = MAX_TEXT
        return super().create_multiline_field(field, options)

    def get_form_class(self) -> type[AnswerForm]:
        return type("AnswerForm", (AnswerForm,), self.formfields)
