"""What the office keeps of transfers at the desk (see `candidate_api.catalogue.kinds`)."""

from candidate_api.catalogue.kinds import Kind
from candidate_api.transfers.models import CourseMatch
from candidate_api.transfers.states import MAY_SEE
from review.offices.states import Role

COURSE_MATCHES = Kind(
    "course_match",
    CourseMatch,
    ("province", "code", "name", "course", "note"),
    fixed=("province", "code"),
    keepers=(Role.ADMINISTRATOR, Role.ARCHIVE, Role.FIRST_REVIEWER),
    readers=(Role.ADMINISTRATOR, *MAY_SEE),
)
