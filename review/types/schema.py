"""The form of a type as JSON Schema, with what a client needs to draw it: `x-widget`, `x-options`, `x-show-if`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from review.types.configuration import Question
from review.types.rules import LONGEST, MOST_ROWS
from review.types.states import QuestionKind


def form(questions: Sequence[Question], options: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, Any]:
    """The schema of `data`. What is asked only sometimes is in `x-required` and not in `required`."""
    return {
        "type": "object",
        "properties": {q.key: _property(q, options) for q in questions},
        "required": [q.key for q in questions if q.required and q.show_if is None],
        "additionalProperties": False,
    }


def _property(question: Question, options: Mapping[str, Sequence[tuple[str, str]]], of: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"title": question.label, "x-widget": question.kind, "x-required": question.required}
    if question.help:
        found["description"] = question.help
    if question.show_if:
        found["x-show-if"] = asdict(question.show_if)
    choices = options.get(of + question.key, question.options)
    codes = [code for code, _label in choices]
    match question.kind:
        case QuestionKind.TEXT | QuestionKind.LONG_TEXT:
            found |= {"type": "string", "maxLength": LONGEST[QuestionKind(question.kind)]}
        case QuestionKind.NUMBER:
            found |= {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,2})?$"}
        case QuestionKind.ROWS:
            columns = {c.key: _property(c, options, f"{question.key}.") for c in question.columns}
            row = {
                "type": "object",
                "properties": columns,
                "required": [c.key for c in question.columns if c.required],
                "additionalProperties": False,
            }
            found |= {"type": "array", "maxItems": MOST_ROWS, "items": row}
        case QuestionKind.MONTH:
            found |= {"type": "string", "pattern": r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"}
        case QuestionKind.DATE:
            found |= {"type": "string", "format": "date"}
        case QuestionKind.YES_NO:
            found |= {"type": "boolean"}
        case QuestionKind.CHOICES:
            found |= {"type": "array", "items": {"type": "string", "enum": codes}}
        case _:
            found |= {"type": "string", "enum": codes}
    if codes:
        found["x-options"] = [{"value": code, "label": label} for code, label in choices]
    return found
