"""Table of contents: the candidates' business by noun."""

from candidate_api.accommodations.models import Accommodation
from candidate_api.accounts.models import Captcha, Device, PasswordReset, SignIn, VerificationCode
from candidate_api.arrangements.models import Arrangement, Seat, SeatChange
from candidate_api.broadcasts.models import Broadcast
from candidate_api.cancellations.models import Cancellation, CancelledEntry
from candidate_api.candidates.models import Candidate, FormerDocument, NumberCounter
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
from candidate_api.exemptions.models import ExemptionRule
from candidate_api.graduations.models import Graduation
from candidate_api.identity.models import IdentityCheck
from candidate_api.imports.models import ImportBatch, ImportedApplication, ImportLine
from candidate_api.invariants.models import InvariantReport
from candidate_api.passkeys.models import Ceremony
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.reconciliation.models import Difference, Statement, StatementLine
from candidate_api.registers.models import Register
from candidate_api.registrations.models import Registration
from candidate_api.registry.models import Freeze, Merger
from candidate_api.results.models import Discipline, Score
from candidate_api.rights.models import ErasureRequest, Export
from candidate_api.sessions.models import ExamSession, Offering, Room, SeatPool, Site
from candidate_api.sheets.models import Sheet
from candidate_api.tickets.models import Pledge, Ticket
from candidate_api.transfers.models import CourseMatch, TransferOut
from candidate_api.waiting.models import WaitingPlace, WaitingRoom

__all__ = [
    "Accommodation",
    "Area",
    "Arrangement",
    "Broadcast",
    "Cancellation",
    "CancelledEntry",
    "Candidate",
    "Captcha",
    "Ceremony",
    "CodeItem",
    "Course",
    "CourseMatch",
    "Device",
    "Difference",
    "Discipline",
    "District",
    "ErasureRequest",
    "ExamSession",
    "ExemptionRule",
    "Export",
    "FormerDocument",
    "Freeze",
    "Graduation",
    "IdentityCheck",
    "ImportBatch",
    "ImportLine",
    "ImportedApplication",
    "InvariantReport",
    "Major",
    "Merger",
    "NumberCounter",
    "Offering",
    "Order",
    "PasswordReset",
    "PaymentAttempt",
    "PaymentEvent",
    "PlanCourse",
    "PlanGroup",
    "PlanVersion",
    "Pledge",
    "Refund",
    "Register",
    "Registration",
    "Room",
    "School",
    "Score",
    "Seat",
    "SeatChange",
    "SeatPool",
    "Sheet",
    "SignIn",
    "Site",
    "Stamp",
    "Statement",
    "StatementLine",
    "Substitution",
    "Textbook",
    "Ticket",
    "TransferOut",
    "VerificationCode",
    "WaitingPlace",
    "WaitingRoom",
]
