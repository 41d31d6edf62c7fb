"""The portal's forms: our field template, errors beside the field, nothing left to the browser's own bubbles."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import loader
from django.utils.translation import gettext_lazy as _

from home import wording
from portal.kernel.text import clean


class PortalRenderer(DjangoTemplates):
    """Widgets from Django's own templates, everything else from the project's."""

    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Choices come from the office's lists as well as from the source: they are told like any other data."""
        for _group, options, _index in context.get("widget", {}).get("optgroups", ()):
            for option in options:
                wording.tell(option)
        return super().render(template_name, context, request)

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("django/"):
            return super().get_template(template_name)
        return loader.get_template(template_name)


class PortalForm(forms.Form):
    """Base of every form of the portal: `{{ form.name.as_field_group }}` renders one field with label and error."""

    default_renderer = PortalRenderer
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not field.label:
                continue  # 请填写此项, as everywhere
            if isinstance(field, forms.ChoiceField):
                field.error_messages["required"] = _("请选择%(label)s。") % {"label": field.label}
            elif isinstance(field, forms.FileField):
                field.error_messages["required"] = _("请选择要上传的文件。")
            elif isinstance(field, forms.BooleanField):
                field.error_messages["required"] = _("请勾选“%(label)s”。") % {"label": field.label}
            else:
                field.error_messages["required"] = _("请填写%(label)s。") % {"label": field.label}


def attrs(**given: str | bool) -> dict[str, str | bool]:
    """HTML attributes with Python's names: `attrs(autocomplete="off", data_x="1")`."""
    return {name.replace("_", "-"): value for name, value in given.items()}


def text(
    label: Any,
    *,
    widget: Callable[..., forms.Widget] = forms.TextInput,
    required: bool = True,
    help_text: Any = "",
    max_length: int = 120,
    **attributes: str | bool,
) -> forms.CharField:
    """A line of text; `attributes` become HTML attributes (autocomplete, inputmode …)."""
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=max_length,
        widget=widget(attrs=attrs(**attributes)),
    )  # fmt: skip


class Digits(forms.RegexField):
    """Text of a form that is known, judged when full-width digits are normalised."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value))
