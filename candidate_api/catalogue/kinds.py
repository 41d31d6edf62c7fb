"""The tables that the office keeps at the desk: what of each may be set, and what must hold when it has been."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from candidate_api.catalogue import queries, rules
from candidate_api.catalogue.models import (
    Area,
    CodeItem,
    Course,
    District,
    Major,
    PlanVersion,
    School,
    Substitution,
    Textbook,
)
from candidate_api.catalogue.natural import Natural
from candidate_api.catalogue.states import DECIDING
from review.offices.states import Role


def _nothing(row: Any) -> Iterable[str]:
    return ()


def _always(row: Any) -> None:
    return None


@dataclass(frozen=True)
class Kind:
    """`code` begins its audit verbs. `fixed` are columns that stay as they were made: others refer to the row by them.

    `keepers` are the roles, held at the province, that may change it; `readers` those, held anywhere, that see it.
    `check` looks at the written row within the transaction, all other rows as they are, and says what is wrong;
    `guard` raises Problem where a row must not be touched any more. What is `for_good` is never removed: records hold
    its code, and no column of theirs points at the row.
    """

    code: str
    model: type[Natural]
    fields: tuple[str, ...]
    fixed: tuple[str, ...] = ("code",)
    check: Callable[[Any], Iterable[str]] = _nothing
    guard: Callable[[Any], None] = _always
    for_good: bool = False
    keepers: tuple[str, ...] = (Role.ADMINISTRATOR,)
    readers: tuple[str, ...] = tuple(Role)


def _check_course(course: Course) -> Iterator[str]:
    if course.theory:
        yield from rules.course_faults(course.code, course.theory.code, theory_is_practice=course.theory.is_practice)
    for part in course.practices.all() if course.is_practice else ():
        yield from rules.course_faults(part.code, course.code, theory_is_practice=True)
    if not course.is_written and course.offerings.exists():
        yield _("该课程已列入考试安排，只能是笔试课程。")
    yield from queries.faults_of(queries.plans_with(course))


def _check_major(major: Major) -> Iterator[str]:
    yield from rules.major_faults(
        no_new_from=major.no_new_from, last_exam=major.last_exam, last_graduation=major.last_graduation
    )
    yield from queries.faults_of(PlanVersion.objects.filter(major=major))


def _check_substitution(substitution: Substitution) -> Iterator[str]:
    old = frozenset(substitution.old.values_list("code", flat=True))
    new = frozenset(substitution.new.values_list("code", flat=True))
    term = rules.Term(substitution.code, old, new, substitution.valid_from, substitution.valid_to)
    wrong = list(rules.substitution_faults(term))
    yield from wrong or queries.substitution_faults()


def _check_code(item: CodeItem) -> Iterator[str]:
    if item.list in DECIDING:
        yield _("“%(list)s”由系统规则使用，不能在此增加或者修改。") % {"list": item.get_list_display()}


CODES = Kind(
    "code_item",
    CodeItem,
    ("list", "code", "label", "order", "is_retired"),
    fixed=("list", "code"),
    check=_check_code,
    for_good=True,
)
SCHOOLS = Kind("school", School, ("code", "name"))
DISTRICTS = Kind("district", District, ("code", "name"))
AREAS = Kind("area", Area, ("code", "name", "district"))
COURSES = Kind(
    "course",
    Course,
    ("code", "name", "assessment", "paper", "category", "is_practice", "theory", "fee_class"),
    check=_check_course,
)
MAJORS = Kind(
    "major",
    Major,
    (
        *("code", "old_code", "name", "level", "school", "co_schools", "discipline", "degree", "open_kind", "status"),
        *("no_new_from", "last_exam", "last_graduation", "restriction"),
    ),
    check=_check_major,
)
SUBSTITUTIONS = Kind(
    "substitution",
    Substitution,
    ("code", "old", "new", "mutual", "valid_from", "valid_to", "note"),
    check=_check_substitution,
)
TEXTBOOKS = Kind(
    "textbook",
    Textbook,
    ("course", "title", "authors", "publisher", "edition_year", "isbn", "valid_from", "valid_to"),
    fixed=("course",),
)
