from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, PlanVersion
from candidate_api.catalogue.queries import current_plans, facts
from candidate_api.exemptions.models import ExemptionRule
from candidate_api.exemptions.rules import Grant, beginnings
from candidate_api.forecast.rules import exemption_limit, is_professional, lines
from candidate_api.results.queries import released
from candidate_api.results.states import Source, Status


def grants(credentials: Sequence[str], day: date) -> list[Grant]:
    """The rules that hold on `day` for these credentials."""
    begun = Q(valid_from=None) | Q(valid_from__lte=day)
    rows = ExemptionRule.objects.filter(begun, Q(valid_to=None) | Q(valid_to__gte=day), credential__in=credentials)
    rows = rows.select_related("course")
    return [
        Grant(
            row.credential,
            row.course.code if row.course else "",
            row.category,
            row.likeness,
            beginnings(row.except_majors),
        )
        for row in rows.order_by("code")
    ]


@dataclass
class Standing:
    """What of a candidate's plan matters for exemptions."""

    candidate: Candidate
    version: PlanVersion | None

    @cached_property
    def courses(self) -> dict[str, Course]:
        """The plan's courses by code, the graduation part aside."""
        groups = self.version.groups.all() if self.version else ()
        found = [line for group in groups for line in group.lines.all() if line.category != "graduation"]
        return {line.course.code: line.course for line in found}

    @cached_property
    def category(self) -> dict[str, str]:
        """The plan's category of each course."""
        return {line.course: line.category for line in lines(facts(self.version))} if self.version else {}

    @cached_property
    def professional(self) -> frozenset[str]:
        """The courses that the limit is about."""
        if self.version is None:
            return frozenset()
        plan = facts(self.version)
        return frozenset(line.course for line in lines(plan) if is_professional(plan, line))

    @property
    def limit(self) -> int:
        return exemption_limit(facts(self.version)) if self.version else 0

    @cached_property
    def _passes(self) -> list[tuple[str, str]]:
        rows = released().filter(candidate=self.candidate, status=Status.PASSED)
        return list(rows.values_list("course__code", "source"))

    @property
    def passed(self) -> frozenset[str]:
        return frozenset(code for code, _source in self._passes)

    @property
    def has_passed_written(self) -> bool:
        """At least one 统考 course in this province (domain 7.1), as far as it has been told."""
        return any(source == Source.WRITTEN for _code, source in self._passes)

    @property
    def exempted(self) -> frozenset[str]:
        """The professional courses that are exempted already."""
        return frozenset(code for code, source in self._passes if source == Source.EXEMPTION) & self.professional


def standing(candidate: Candidate) -> Standing:
    """Of the candidate's own major and its current plan."""
    code = candidate.major.code if candidate.major else ""
    return Standing(candidate, current_plans([code]).get(code))
