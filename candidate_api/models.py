"""Table of contents: the candidates' business by noun."""

from candidate_api.accounts.models import DeviceToken
from candidate_api.catalogue.models import (
    Area,
    CodeItem,
    Course,
    District,
    Major,
    PlanCourse,
    PlanGroup,
    PlanVersion,
    School,
    Stamp,
    Substitution,
    Textbook,
)
from candidate_api.sessions.models import ExamSession, Offering, Room, SeatPool, Site

__all__ = [
    "Area",
    "CodeItem",
    "Course",
    "DeviceToken",
    "District",
    "ExamSession",
    "Major",
    "Offering",
    "PlanCourse",
    "PlanGroup",
    "PlanVersion",
    "Room",
    "School",
    "SeatPool",
    "Site",
    "Stamp",
    "Substitution",
    "Textbook",
]
