"""Filters in an address: whatever is wrong with one is said beside it, and nothing is looked up."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from home.forms import PortalForm
from portal.kernel.errors import Words
from portal.kernel.text import clean

Choices = Iterable[tuple[str, Any]]


class FilterForm(PortalForm):
    """`read` gives what was chosen. An address without any of the fields means `defaults`; `always` are those that
    something must be chosen of, and what it is where nothing was."""

    def __init__(self, given: QueryDict, always: dict[str, str] | None = None, **defaults: str) -> None:
        always = always or {}
        named = type(self).base_fields.keys() & given.keys()
        self.is_set = any(given[name] for name in named)  # the address narrows the list: what it asks for is in view
        chosen = given.dict() if named else defaults
        super().__init__(always | {name: value for name, value in chosen.items() if value or name not in always})
        for field in self.fields.values():
            field.required = False
            field.error_messages["invalid_choice"] = _("请从列表中选择%(label)s。") % {"label": field.label}
            field.template_name = "components/filter.html"

    def choose(self, name: str, choices: Choices, empty: Words | None = None) -> None:
        """What may be chosen; `empty` says what it means that nothing is."""
        first = [] if empty is None else [("", empty)]
        self.fields[name].choices = [*first, *choices]  # type: ignore[attr-defined]

    def read(self) -> dict[str, str] | None:
        """By field, what was chosen; None where something cannot be chosen."""
        return dict(self.cleaned_data) if self.is_valid() else None

    @property
    def in_words(self) -> list[str]:
        """What was chosen, as the lists call it: the filters may be folded away."""
        chosen = {name: value for name, value in (self.read() or {}).items() if value}
        return [dict(getattr(self.fields[name], "choices", ())).get(value, value) for name, value in chosen.items()]

    @property
    def status(self) -> int:
        return 200 if self.is_valid() else 400


def choice(label: Words) -> forms.ChoiceField:
    """One of a list; the page fills the list in."""
    return forms.ChoiceField(label=label)


class WordsField(forms.CharField):
    """What is looked for, normalised: every word of it must be there."""

    def __init__(self, label: Words) -> None:
        super().__init__(
            label=label,
            max_length=50,
            widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
        )

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value))
