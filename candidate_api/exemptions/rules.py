"""Whether a course can be exempted, over plain values (domain 7.2 to 7.4)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from candidate_api.exemptions.states import Likeness


@dataclass(frozen=True)
class Grant:
    """One rule as plain values; `course` is a code or empty."""

    credential: str
    course: str = ""
    category: str = ""
    likeness: str = Likeness.ANY
    except_majors: tuple[str, ...] = ()

    def covers(self, course: str, category: str, major: str) -> bool:
        if self.except_majors and major.startswith(self.except_majors):
            return False
        return self.course == course if self.course else self.category == category


@dataclass(frozen=True)
class Claim:
    """One row of an application: the course to be exempted, its category in the plan, what was studied instead."""

    course: str
    name: str
    category: str
    original: str = ""
    grade: str = ""


def beginnings(text: str) -> tuple[str, ...]:
    """Codes, or how they begin, out of a text that has commas between them."""
    return tuple(part.strip() for part in text.replace("，", ",").split(",") if part.strip())


def obstacle(grants: Sequence[Grant], credential: str, claim: Claim, major: str) -> str:
    """Why the credential does not exempt from the claim's course: `no_rule`, `name`, `grade`; empty where it does."""
    fitting = [g for g in grants if g.credential == credential and g.covers(claim.course, claim.category, major)]
    if not fitting:
        return "no_rule"
    if any(grant.likeness == Likeness.ANY for grant in fitting):
        return ""
    if not is_mark(claim.grade):
        return "grade"
    if any(grant.likeness == Likeness.SAME_CONTENT for grant in fitting):
        return ""
    return "" if same_name(claim.name, claim.original) else "name"


def is_mark(grade: str) -> bool:
    """Whether it is a passed mark out of a hundred: 考查 and 优良 do not count."""
    return bool(re.fullmatch(r"(100|[6-9][0-9])(\.[0-9]{1,2})?分?", grade.strip()))


def same_name(one: str, other: str) -> bool:
    """Course names, whatever their brackets and spaces."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return re.sub(r"[\s()（）]", "", name)


def over_limit(held: Iterable[str], claimed: Iterable[str], limit: int) -> int:
    """By how many professional courses the exemptions held and claimed go beyond the limit; 0 where they do not."""
    return max(0, len({*held, *claimed}) - limit)
