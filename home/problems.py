"""How a refusal reaches the reader: beside the field it is about, and in the summary at the top of the page."""

from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.kernel.errors import FieldError, Problem


@dataclass(frozen=True)
class Line:
    """One line of the error summary; `target` is the id of the field it is about, or empty."""

    text: str
    target: str = ""


def explain(problem: Problem, form: Form, **names: str) -> None:
    """Put a verb's refusal into the form: each error at its field (`names` maps the verb's name to the form's).

    What belongs to no field of this form becomes a line of the summary. The form keeps all that was typed.
    """
    place(problem.errors, form, **names)
    if not problem.errors:
        form.add_error(None, str(problem.detail))


def place(errors: list[FieldError], form: Form, **names: str) -> None:
    """Put these errors where `explain` does."""
    for error in errors:
        name = names.get(error.field, error.field)
        form.add_error(name if name in form.fields else None, str(error.detail))


def only(form: Form, wrong: Form) -> None:
    """Of this form, which nobody has handed in yet, only what `wrong` has found in the fields that both have."""
    found = {name: errors for name, errors in wrong.errors.items() if name in form.fields}
    form.errors.clear()
    form.errors.update(found)


def lines(form: Form | None = None, problem: Problem | None = None) -> list[Line]:
    """The error summary of a page, in the order of its fields."""
    found: list[Line] = []
    if problem is not None:
        found += [Line(str(e.detail)) for e in problem.errors] or [Line(str(problem.detail))]
    if form is not None and form.is_bound:
        found += [Line(str(sentence)) for sentence in form.non_field_errors()]
        for bound in form:
            target = f"{bound.auto_id}_0" if bound.use_fieldset else bound.id_for_label
            found += [Line(str(sentence), target) for sentence in bound.errors]
    return found


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    form: Form | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page whose form or verb may have refused: summary, title prefix and fields agree."""
    shown = {"form": form, "problems": lines(form, problem), **(context or {})}
    response = render(request, template, shown, status=status)
    if problem is not None and problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response
