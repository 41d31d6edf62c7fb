"""A type's questions as a form of the portal."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from home.forms import PortalForm, text
from review.types.configuration import Answers, Configuration, Question
from review.types.rules import LONGEST, MOST_ROWS
from review.types.states import QuestionKind

Options = Mapping[str, Sequence[tuple[str, str]]]
FEW = 8  # so many choices are shown at once, more are a list to open


def application_form(
    configuration: Configuration, options: Options, data: Any = None, *, initial: Answers | None = None
) -> PortalForm:
    """The form; whether something must be answered is the verb's to say, since it depends on other answers."""
    fields = {q.key: _field(q, options) for q in configuration.questions}
    made = type("ApplicationForm", (PortalForm,), fields)
    shown = {key: _initial(value) for key, value in (initial or {}).items()}
    built: PortalForm = made(data, initial=shown)
    for question in configuration.questions:
        if question.show_if:
            field = built.fields[question.key]
            field.is_needed_if_shown = question.required
            field.widget.attrs |= {"data-show-if": question.show_if.key, "data-show-value": question.show_if.value}
    return built


def answers_of(configuration: Configuration, filled: PortalForm) -> Answers:
    """What of a filled form can be kept, as the verbs take it."""
    found: Answers = {}
    for question in configuration.questions:
        if question.key not in filled.cleaned_data:
            continue
        value = filled.cleaned_data[question.key]
        if question.kind == QuestionKind.ROWS:
            value = filled.cleaned_data[question.key] or None
        elif question.kind == QuestionKind.DATE:
            value = value.isoformat() if value else None
        elif question.kind == QuestionKind.YES_NO:
            value = {"yes": True, "no": False}.get(value)
        elif question.kind == QuestionKind.NUMBER:
            value = None if value is None else str(value)
        found[question.key] = value
    return found


def _initial(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value


class RowsWidget(forms.Widget):
    """Rows of small fields, named `lines-0-course`; a row more than there are answers, so that none needs a script."""

    template_name = "components/rows.html"
    use_fieldset = True
    LEAST = 2

    def __init__(self, columns: Sequence[tuple[str, forms.Field]], most: int) -> None:
        super().__init__()
        self.columns, self.most = columns, most

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        rows = []
        for number in range(self.most):
            cells = {key: data.get(f"{name}-{number}-{key}", "").strip() for key, _field in self.columns}
            rows.append({key: cell for key, cell in cells.items() if cell})
        return [row for row in rows if row]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = list(value or [])
        how_many = min(max(self.LEAST, len(given) + 1), self.most)
        rows = [
            [self._cell(name, number, key, field, given[number] if number < len(given) else {})
             for key, field in self.columns]
            for number in range(how_many)
        ]  # fmt: skip
        context["widget"] |= {"rows": rows, "is_full": how_many == self.most}
        return context

    def _cell(self, name: str, number: int, key: str, field: forms.Field, row: Answers) -> dict[str, Any]:
        full = f"{name}-{number}-{key}"
        html = field.widget.render(full, row.get(key, ""), {"id": f"id_{full}"}, self.renderer)
        return {"id": f"id_{full}", "label": field.label, "required": field.required, "html": html}

    @property
    def renderer(self) -> Any:
        return PortalForm.default_renderer()


class RowsField(forms.Field):
    """Takes what was typed as it is: whether a cell fits is the verb's to say."""

    def __init__(self, columns: Sequence[tuple[str, forms.Field]], **shared: Any) -> None:
        super().__init__(widget=RowsWidget(columns, MOST_ROWS), **shared)


def _field(question: Question, choices: Options, of: str = "") -> forms.Field:
    options = choices.get(of + question.key, question.options)
    shared: dict[str, Any] = {
        "label": question.label,
        "required": question.required and question.show_if is None,
        "help_text": question.help,
    }
    match question.kind:
        case QuestionKind.TEXT:
            return text(
                question.label,
                required=shared["required"],
                help_text=question.help,
                max_length=LONGEST[QuestionKind.TEXT],
            )
        case QuestionKind.LONG_TEXT:
            area = forms.Textarea(attrs={"rows": 4})
            return forms.CharField(max_length=LONGEST[QuestionKind.LONG_TEXT], widget=area, **shared)
        case QuestionKind.NUMBER:
            number = forms.TextInput(attrs={"inputmode": "decimal"})
            return forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, widget=number, **shared)
        case QuestionKind.DATE:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **shared)
        case QuestionKind.MONTH:
            month = forms.TextInput(attrs={"type": "month", "placeholder": "2010-09"})
            return forms.CharField(max_length=7, widget=month, **shared)
        case QuestionKind.ROWS:
            columns = [(column.key, _field(column, choices, f"{question.key}.")) for column in question.columns]
            return RowsField(columns, **shared)
        case QuestionKind.YES_NO:
            return forms.ChoiceField(choices=[("yes", _("是")), ("no", _("否"))], widget=forms.RadioSelect, **shared)
        case QuestionKind.CHOICES:
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **shared)
    if len(options) <= FEW and not of:
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **shared)
    return forms.ChoiceField(choices=[("", _("请选择")), *options], **shared)
