"""Table of contents: the reviewers' side by noun."""

from review.applications.models import Agreement, Application, Event, Submission
from review.bulk.models import BulkItem, BulkRun
from review.desk.models import SavedFilter
from review.materials.models import Material
from review.offices.models import Office, StaffRole
from review.types.models import ApplicationType

__all__ = [
    "Agreement",
    "Application",
    "ApplicationType",
    "BulkItem",
    "BulkRun",
    "Event",
    "Material",
    "Office",
    "SavedFilter",
    "StaffRole",
    "Submission",
]
