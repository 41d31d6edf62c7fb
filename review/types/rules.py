"""Whether answers fit their questions, and whether a configuration makes sense. Plain values, no database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portal.kernel.errors import FieldError
from portal.kernel.text import clean
from review.types.configuration import Answers, Configuration, Question
from review.types.states import QuestionKind, StepActor

LONGEST = {QuestionKind.TEXT: 200, QuestionKind.LONG_TEXT: 2000}
MOST_DIGITS = 12
MOST_ROWS = 20
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
Options = Mapping[str, Sequence[tuple[str, str]]]  # what may be chosen, by the question's key


class _Wrong(Exception):
    """An answer that does not fit; `str()` is why."""


def read(questions: Sequence[Question], given: Answers, options: Options) -> tuple[Answers, list[FieldError]]:
    """The answers as they are kept, and what is wrong with them. An empty answer is kept as none at all."""
    known = {question.key: question for question in questions}
    errors = [FieldError(f"data.{key}", "unknown_field", _("没有这个字段。")) for key in given if key not in known]
    kept: Answers = {}
    for key, question in known.items():
        value = given.get(key)
        if value is None or value in ("", []):
            continue
        try:
            found = _fitting(question, value, options)
            if found != []:
                kept[key] = found
        except _Wrong as wrong:
            errors.append(FieldError(f"data.{key}", "invalid", str(wrong)))
    return kept, errors


def missing(questions: Sequence[Question], answers: Answers) -> list[FieldError]:
    """What has to be answered before an application can be handed in."""
    found = []
    for question in questions:
        if not question.is_asked(answers):
            continue
        if question.required and question.key not in answers:
            found.append(FieldError(f"data.{question.key}", "required", _("请填写%(label)s。") % vars(question)))
        for number, row in enumerate(answers.get(question.key, ()) if question.columns else (), 1):
            empty = [c.label for c in question.columns if c.required and c.key not in row]
            if empty:
                words = {"label": question.label, "number": number, "columns": "、".join(empty)}
                sentence = _("%(label)s第%(number)d行：请填写%(columns)s。") % words
                found.append(FieldError(f"data.{question.key}", "required", sentence))
    return found


def asked(questions: Sequence[Question], answers: Answers) -> Answers:
    """The answers to what is asked: what a condition has hidden is left out."""
    shown = {question.key for question in questions if question.is_asked(answers)}
    return {key: value for key, value in answers.items() if key in shown}


def _fitting(question: Question, value: Any, options: Options, of: str = "") -> Any:
    choices = options.get(of + question.key, question.options)
    codes = {code for code, _label in choices}
    match question.kind:
        case QuestionKind.ROWS:
            return _rows(question, value, options)
        case QuestionKind.MONTH:
            return _month(value)
        case QuestionKind.TEXT | QuestionKind.LONG_TEXT:
            return _text(value, LONGEST[QuestionKind(question.kind)], question.kind == QuestionKind.LONG_TEXT)
        case QuestionKind.NUMBER:
            text = clean(str(value))
            if isinstance(value, bool) or not re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", text) or len(text) > MOST_DIGITS:
                raise _Wrong(_("请填写数字，最多两位小数。"))
            return text
        case QuestionKind.DATE:
            return _day(value)
        case QuestionKind.YES_NO:
            if not isinstance(value, bool):
                raise _Wrong(_("请选择是或否。"))
            return value
        case QuestionKind.CHOICES:
            if not isinstance(value, list) or not all(isinstance(code, str) and code in codes for code in value):
                raise _Wrong(_("请从选项中选择。"))
            return [code for code, _label in choices if code in value]
    if not isinstance(value, str) or value not in codes:
        raise _Wrong(_("请从选项中选择。"))
    return value


def _rows(question: Question, value: Any, options: Options) -> list[Answers]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise _Wrong(_("请逐行填写。"))
    columns, kept = {column.key: column for column in question.columns}, []
    for number, given in enumerate(value, 1):
        if not given.keys() <= columns.keys():
            raise _Wrong(_("第%(number)d行有不存在的列。") % {"number": number})
        row = {}
        for key, cell in given.items():
            if cell is None or cell == "":
                continue
            try:
                row[key] = _fitting(columns[key], cell, options, f"{question.key}.")
            except _Wrong as wrong:
                words = {"number": number, "label": columns[key].label, "why": str(wrong)}
                raise _Wrong(_("第%(number)d行“%(label)s”：%(why)s") % words) from wrong
        if row:
            kept.append(row)
    if len(kept) > MOST_ROWS:
        raise _Wrong(_("最多%(most)d行。") % {"most": MOST_ROWS})
    return kept


def _text(value: Any, longest: int, lines: bool) -> str:
    if not isinstance(value, str):
        raise _Wrong(_("请填写文字。"))
    text = "\n".join(clean(line) for line in value.splitlines()).strip() if lines else clean(value)
    if not text or len(text) > longest:
        raise _Wrong(_("最多%(most)d个字。") % {"most": longest})
    return text


def _month(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", value):
        raise _Wrong(_("请填写年月，如2010-09。"))
    return value


def _day(value: Any) -> str:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2100:
        raise _Wrong(_("请填写日期，如2026-10-24。"))
    return day.isoformat()


def shown(question: Question, answers: Answers, options: Options, of: str = "") -> str:
    """An answer as people read it, a row to a line; empty where there is none."""
    value = answers.get(question.key)
    labels: dict[str, str] = dict(question.options) | dict(options.get(of + question.key, ()))
    if value is None:
        return ""
    if question.columns:
        return "\n".join(shown_rows(question, answers, options))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(labels.get(str(code), str(code)) for code in value)
    return labels.get(value, str(value))


def shown_rows(question: Question, answers: Answers, options: Options) -> list[str]:
    """Each row of a `rows` answer as one line."""
    rows, of = answers.get(question.key, ()), f"{question.key}."
    return [" · ".join(filter(None, (shown(c, row, options, of) for c in question.columns))) for row in rows]


def with_chosen(configuration: Configuration, answers: Answers, options: Options) -> Configuration:
    """The configuration that knows by itself what was chosen is called, also when it can be chosen no more."""

    def settled(question: Question, value: Any, of: str = "") -> Question:
        if question.columns:
            rows = value or ()
            columns = [settled(c, [row.get(c.key) for row in rows], f"{question.key}.") for c in question.columns]
            return replace(question, columns=tuple(columns))
        chosen = value if isinstance(value, list) else [value]
        known = dict(question.options)
        there = options.get(of + question.key, ())
        new = [(code, label) for code, label in there if code in chosen and code not in known]
        return replace(question, options=(*question.options, *new)) if new else question

    return replace(configuration, questions=tuple(settled(q, answers.get(q.key)) for q in configuration.questions))


def with_former(configuration: Configuration, options: Options) -> Options:
    """What may be chosen, and what the frozen configuration knows to have been chosen before, called as it was then."""
    asked = [(question.key, question) for question in configuration.questions]
    asked += [(f"{q.key}.{column.key}", column) for q in configuration.questions for column in q.columns]
    found = dict(options)
    for key, question in asked:
        if question.options:
            found[key] = list((dict(found.get(key, ())) | dict(question.options)).items())
    return found


def mistakes(configuration: Configuration) -> list[str]:
    """Why this configuration would not work, in words for whoever edits it."""
    keys = [*(q.key for q in configuration.questions), *(m.key for m in configuration.materials)]
    steps = [step.key for step in configuration.steps]
    found = [_("代码“%(key)s”须以小写字母开头，只含小写字母、数字和下划线。") % {"key": k}
             for k in [*keys, *steps] if not KEY.fullmatch(k)]  # fmt: skip
    found += [_("代码“%(key)s”重复。") % {"key": key} for key in sorted({k for k in keys if keys.count(k) > 1})]
    found += [_("步骤代码“%(key)s”重复。") % {"key": key} for key in sorted({k for k in steps if steps.count(k) > 1})]
    if not steps or all(step.actor != StepActor.OFFICE for step in configuration.steps):
        found.append(_("至少要有一个机构审核的步骤。"))
    if configuration.subject and configuration.question(configuration.subject) is None:
        found.append(_("“按哪一题区分”须是一道题的代码。"))
    conditions = [(q.label, q.show_if) for q in configuration.questions]
    conditions += [(m.label, m.required_if) for m in configuration.materials]
    tables = {q.key for q in configuration.questions if q.kind == QuestionKind.ROWS}
    found += [_("步骤“%(label)s”逐行审核的须是一道多行表格题。") % {"label": step.label}
              for step in configuration.steps if step.lines and step.lines not in tables]  # fmt: skip
    found += [_("步骤“%(label)s”统一公布的须是最后一步。") % {"label": step.label}
              for step in configuration.steps[:-1] if step.held]  # fmt: skip
    known = {q.key for q in configuration.questions} | {f"check.{s.key}" for s in configuration.steps}
    found += [_("“%(label)s”的条件指向不存在的题目“%(key)s”。") % {"label": label, "key": condition.key}
              for label, condition in conditions if condition and condition.key not in known]  # fmt: skip
    found += [_("“%(label)s”没有选项。") % {"label": q.label} for q in configuration.questions
              if q.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES) and not q.options]  # fmt: skip
    found += [_("“%(label)s”的最少份数不能大于最多份数。") % {"label": m.label}
              for m in configuration.materials if m.min > m.max]  # fmt: skip
    return found
