"""Table of contents: what can be studied, where, by which plan, from which book."""

from candidate_api.catalogue.models.codes import CodeItem
from candidate_api.catalogue.models.courses import Course, Substitution, Textbook
from candidate_api.catalogue.models.places import Area, District, School
from candidate_api.catalogue.models.plans import Major, PlanCourse, PlanGroup, PlanVersion
from candidate_api.catalogue.models.stamp import Stamp

__all__ = [
    "Area",
    "CodeItem",
    "Course",
    "District",
    "Major",
    "PlanCourse",
    "PlanGroup",
    "PlanVersion",
    "School",
    "Stamp",
    "Substitution",
    "Textbook",
]
