from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate, FormerDocument
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User

# What the register does not need. Name, document, gender, birthday, ethnicity, education and photo are 考籍.
NOT_OF_THE_REGISTER = (
    "political_status",
    "occupation",
    "employer",
    "native_place",
    "household_area",
    "household_type",
    "address_area",
    "address",
    "postcode",
    "phone",
)


def _rows(user: User) -> "QuerySet[Candidate]":
    """The person's record, and those that were merged into it."""
    return Candidate.objects.filter(Q(user=user) | Q(merged_into__user=user))


def _blank(user: User) -> None:
    _rows(user).update(**dict.fromkeys(NOT_OF_THE_REGISTER, ""))


holds(
    Holding(
        Candidate,
        _("考籍：证件、个人基本信息、准考证号"),
        _("姓名、证件、性别、出生日期、民族、文化程度、照片和准考证号属于考籍档案，永久保存；其余项目随账号注销删除。"),
        _rows,
        (
            *("state", "candidate_number", "id_type", "id_number", "gender", "birth_date", "former_name", "ethnicity"),
            *("education", "category", "district__name", "major__name", "notice_version", "created_at", "enrolled_at"),
            *NOT_OF_THE_REGISTER,
        ),
        _blank,
    ),
    Holding(
        FormerDocument,
        _("信息变更前的姓名和证件"),
        _("属于考籍档案，永久保存。"),
        lambda user: FormerDocument.objects.filter(candidate__in=_rows(user)),
        ("name", "id_type", "id_number", "until"),
    ),
)
