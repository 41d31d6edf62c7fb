"""What data cannot say about a type of application. Higher floors plug in: kinds, who the applicants are, lists.

A type with no kind works by data alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from portal.kernel.actor import Actor
from portal.kernel.errors import FieldError, Words
from portal.kernel.files.models import PrivateFile
from portal.kernel.users.models import User
from review.types.configuration import Answers, Step
from review.types.sheets import Sheet

Facts = list[tuple[Words, str]]


class Case(Protocol):
    """What a kind may know of an application."""

    pk: Any
    number: str | None
    round: int
    outcome: str
    outcome_value: str
    answers: Answers
    applicant: Any

    def paper(self, key: str) -> bytes | None:
        """The last paper of that kind; None where there is none."""
        ...

    def chosen(self, key: str) -> str:
        """What the option that was chosen for a question was called when it was handed in; empty where it never was."""
        ...

    @property
    def first_submitted_at(self) -> datetime | None:
        """When it was handed in for the first time."""
        ...

    @property
    def passed_rows(self) -> list[Answers]:
        """The rows that passed, where they are decided one by one."""
        ...


class Unavailable(Exception):
    """Whoever was asked has no answer now: the application waits, and is asked about again."""


class Kind:
    """A kind of business with nothing of its own; subclasses say what differs. Verbs call it on the locked row."""

    label: Words = ""
    prints = False  # whether `register` has a form
    asks_value: Words = ""  # what the value beside an outcome is called, where reviewers have to give one
    # Questions whose answers are numbers of documents, whatever they look like; `facts` may tell the old ones whole.
    numbers: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()  # questions whose answers came with the application and stay as they came

    def eligibility(self, record: Any) -> list[str]:
        """Why this person cannot apply now, in words; empty where they can. `record` is theirs, as `applicants.record`
        has fetched it."""
        return []

    def options(self, user: User) -> dict[str, list[tuple[str, str]]]:
        """What this person may choose, by question; of a column by `question.column`."""
        return {}

    def initial(self, user: User) -> Answers:
        """What is known already and need not be typed."""
        return {}

    def check(self, case: Case) -> list[FieldError]:
        """What is wrong with the answers beyond what data can say."""
        return []

    def facts(self, case: Case) -> Facts:
        """What the reviewer should see beside the form."""
        return []

    def skips(self, step: Step, case: Case) -> bool:
        """Whether this application does not need that step."""
        return False

    def hinders(self, step: Step, case: Case) -> list[FieldError]:
        """What has to be done first before an office can let that step pass."""
        return []

    def office(self, step: Step, case: Case) -> str | None:
        """The code of the office that this application's answers name for the step; None: the applicant's own."""
        return None

    def register(self, case: Case) -> Sheet | None:
        """The printed form of what was handed in; None where this business has none."""
        return None

    def authorise(self, *, by: Actor) -> None:
        """Before it is handed in: raises Problem where the person has to prove first that it is they."""

    def ask(self, step: Step, case: Case) -> bool:
        """A system step's question: yes or no. Called outside any transaction; raises Unavailable."""
        raise Unavailable

    def judge(self, case: Case) -> list[FieldError]:
        """What is wrong with the outcome that a reviewer has chosen, or with the value beside it."""
        return []

    def on_approved(self, case: Case, *, by: Actor) -> None:
        """The effect, in the transaction of the last decision. Raises Problem where it cannot be had."""


@dataclass
class _Applicants:
    """Who applies: told by the floor that keeps their records.

    `record` fetches what is kept of a person, or None; `obstacle` says of it why they can apply for nothing, or is
    empty; `office` is the code of the office of a level that looks after them, or None; `facts` what a reviewer sees of
    them, masked; `found` the keys of those whom a reviewer looks for, by a number or a name; `form` the printed form of
    an application, by its id, for a reviewer who may see it.
    """

    record: Callable[[User], Any] = field(default=lambda user: user)
    obstacle: Callable[[Any], str] = field(default=lambda record: "")
    office: Callable[[User, str], str | None] = field(default=lambda user, level: None)
    facts: Callable[[User], Facts] = field(default=lambda user: [])
    found: Callable[[str], Any] = field(default=lambda text: User.objects.filter(name=text).values("pk"))
    form: Callable[[int, Actor], PrivateFile] | None = None


applicants = _Applicants()
KINDS: dict[str, Kind] = {}
LISTS: dict[str, Callable[[], Sequence[tuple[str, str]]]] = {}
_PLAIN = Kind()


def register(code: str, kind: Kind) -> None:
    """Add a kind at start."""
    KINDS[code] = kind


def kind_of(code: str) -> Kind:
    """The kind of that code; the plain one for none, and for one that is no more."""
    return KINDS.get(code, _PLAIN)


def choices() -> list[tuple[str, Words]]:
    """For the model's field: a function, so that a new kind is no migration."""
    return [(code, kind.label) for code, kind in KINDS.items()]
