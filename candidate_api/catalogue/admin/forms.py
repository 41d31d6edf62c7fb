"""The form of one row: its columns, a reason, and what was last known of it."""

from typing import Any

from django import forms
from django.db import models
from django.forms import modelform_factory
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm, formfield_for_dbfield

from candidate_api.catalogue.actions.keeping import last_change
from candidate_api.catalogue.kinds import Kind
from candidate_api.catalogue.models import Course


class CodeInput(forms.TextInput):
    """A code to be typed; the browser offers codes with their names, without a script. `options` names a list that
    stands elsewhere on the page; else the field's own choices are the list."""

    choices: Any = ()

    def __init__(self, options: str = "") -> None:
        super().__init__({"autocomplete": "off", "size": 8})
        self.options = options

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        known = self.options or f"{name}-options"
        field = super().render(name, value, {**(attrs or {}), "list": known}, renderer)
        if self.options:
            return field
        offered = [(str(code), label) for code, label in self.choices if code]
        options = format_html_join("", '<option value="{}">{}</option>', offered)
        return format_html('{}<datalist id="{}">{}</datalist>', field, known, options)


class CourseField(forms.ModelChoiceField):
    """One course, by its code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Course.objects.all(),
            to_field_name="code",
            widget=CodeInput(),
            error_messages={"invalid_choice": _("没有这门课程，请填写课程代码。")},
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):  # what a model's form begins with: the key
            return Course.objects.values_list("code", flat=True).get(pk=value)
        return super().prepare_value(value)


class CoursesField(forms.CharField):
    """Several courses, by their codes with spaces between them."""

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else " ".join(course.code for course in value)

    def clean(self, value: Any) -> Any:
        codes = set((super().clean(value) or "").replace("、", " ").replace(",", " ").replace("，", " ").split())
        found = list(Course.objects.filter(code__in=codes))
        missing = sorted(codes - {course.code for course in found})
        if missing:
            raise forms.ValidationError(_("没有课程%(codes)s。") % {"codes": "、".join(missing)})
        return found


class KeptForm(WagtailAdminModelForm):
    """`reason` goes into the audit log with what was before and after; `seen` notices that somebody else was first."""

    reason = forms.CharField(label=_("变更原因"), max_length=200, help_text=_("与变更前后的内容一同记入变更记录。"))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind: Kind

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = last_change(self.instance)
            for name, field in self.fields.items():
                if isinstance(field, CourseField):
                    self.initial[name] = field.prepare_value(self.initial[name])
            for name in self.kind.fixed:
                self.fields[name].disabled = True

    def values(self) -> dict[str, Any]:
        """What was typed, for the verb."""
        return {name: self.cleaned_data[name] for name in self.kind.fields}


def _field(column: Any, **options: Any) -> Any:
    if column.is_relation and column.related_model is Course:
        required = not column.blank
        if column.many_to_many:
            return CoursesField(
                label=column.verbose_name, required=required, help_text=_("填写课程代码，多门课程用空格分开。")
            )
        return CourseField(label=column.verbose_name, required=required)
    if column.many_to_many:
        options["widget"] = forms.CheckboxSelectMultiple
    made = formfield_for_dbfield(column, **options)
    if isinstance(column, models.PositiveSmallIntegerField) and made is not None:
        made.widget.attrs["min"] = 0
    return made


def form_for(kind: Kind, base: type[KeptForm] = KeptForm) -> type[KeptForm]:
    """The form of that table."""
    made: Any = modelform_factory(kind.model, form=base, fields=list(kind.fields), formfield_callback=_field)
    made.kind = kind
    return made  # type: ignore[no-any-return]
