"""What a type of application asks for and how it goes: plain values, as they are frozen into an application.

Written by staff in the admin (`blocks.py`), kept as JSON, read by rules, forms, the API and the desk.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

Answers = dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """Holds where the answer to `key` is `value` (of several choices: one of them). 是/否 are `yes` and `no`;
    `check.<step>` is `failed` where that system step has said no."""

    key: str
    value: str

    def holds(self, answers: Answers) -> bool:
        given = answers.get(self.key)
        if isinstance(given, list):
            return self.value in given
        if isinstance(given, bool):
            return self.value == ("yes" if given else "no")
        return given is not None and str(given) == self.value


@dataclass(frozen=True)
class Question:
    """One question of the form. `kind` is a QuestionKind, `options` pairs of code and label (choices alone).

    `rows` has `columns`, each a question of its own; its answer is a list of such answers.
    """

    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    show_if: Condition | None = None
    columns: "tuple[Question, ...]" = ()

    def is_asked(self, answers: Answers) -> bool:
        return self.show_if is None or self.show_if.holds(answers)


@dataclass(frozen=True)
class MaterialRule:
    """Papers of one kind: at least `min` and at most `max` files, where `required_if` holds or there is none."""

    key: str
    label: str
    help: str = ""
    min: int = 1
    max: int = 5
    required_if: Condition | None = None
    sample: str = ""

    def least(self, answers: Answers) -> int:
        """How many files it takes with these answers."""
        return self.min if self.required_if is None or self.required_if.holds(answers) else 0


@dataclass(frozen=True)
class Step:
    """One step: who acts (`office`, `candidate`, `system`), at which level of offices, within how many working days.

    `outcomes` are what a reviewer has to choose from when they let it pass (a grade, 维持原成绩). `lines` is
    the question whose rows are decided one by one. `held`: what is decided here is told later, all together. `check`
    names what a system step asks; `ends_if_passed`: its yes is the final decision.
    """

    key: str
    label: str
    actor: str
    level: str = "city"
    onsite: bool = False
    working_days: int = 5
    eyes: int = 1
    reasons: tuple[str, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()
    lines: str = ""
    held: bool = False
    check: str = ""
    ends_if_passed: bool = False


@dataclass(frozen=True)
class Consent:
    key: str
    version: str
    text: str


@dataclass(frozen=True)
class Configuration:
    """A whole type, at one version."""

    version: int
    title: str
    introduction: str
    subject: str
    correction_days: int
    questions: tuple[Question, ...]
    materials: tuple[MaterialRule, ...]
    steps: tuple[Step, ...]
    consents: tuple[Consent, ...]

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)

    def material(self, key: str) -> MaterialRule | None:
        return next((material for material in self.materials if material.key == key), None)

    def consent(self, key: str) -> Consent | None:
        return next((consent for consent in self.consents if consent.key == key), None)

    def label(self, key: str) -> str:
        """What a field or a kind of paper is called; empty for what is neither."""
        found = self.question(key) or self.material(key)
        return found.label if found else ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Configuration":
        """Back from `as_json`, also after a round through a database that knows lists alone."""
        given = dict(kept)
        given["questions"] = tuple(_question(q) for q in kept["questions"])
        given["materials"] = tuple(
            MaterialRule(**m | {"required_if": _condition(m["required_if"])}) for m in kept["materials"]
        )
        given["steps"] = tuple(
            Step(**s | {"reasons": tuple(s["reasons"]), "outcomes": _pairs(s["outcomes"])}) for s in kept["steps"]
        )
        given["consents"] = tuple(Consent(**c) for c in kept["consents"])
        return cls(**given)


def _question(kept: dict[str, Any]) -> Question:
    columns = tuple(_question(column) for column in kept.get("columns", ()))
    changed = {"options": _pairs(kept["options"]), "show_if": _condition(kept["show_if"]), "columns": columns}
    return Question(**kept | changed)


def _pairs(kept: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((code, label) for code, label in kept)


def _condition(kept: dict[str, str] | None) -> Condition | None:
    return Condition(**kept) if kept else None
