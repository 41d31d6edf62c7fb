"""Table of contents: the candidates' business by noun."""

from candidate_api.accounts.models import Captcha, DeviceToken, VerificationCode
from candidate_api.arrangements.models import Seat
from candidate_api.candidates.models import Candidate, NumberCounter
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
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession, Offering, Room, SeatPool, Site
from candidate_api.tickets.models import Pledge, Ticket

__all__ = [
    "Area",
    "Candidate",
    "Captcha",
    "CodeItem",
    "Course",
    "DeviceToken",
    "District",
    "ExamSession",
    "Major",
    "NumberCounter",
    "Offering",
    "Order",
    "PaymentAttempt",
    "PaymentEvent",
    "PlanCourse",
    "PlanGroup",
    "PlanVersion",
    "Pledge",
    "Refund",
    "Registration",
    "Room",
    "School",
    "Score",
    "Seat",
    "SeatPool",
    "Site",
    "Stamp",
    "Substitution",
    "Textbook",
    "Ticket",
    "VerificationCode",
]
