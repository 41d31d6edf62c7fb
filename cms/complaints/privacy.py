from django.utils.translation import gettext_lazy as _

from cms.complaints.models import Complaint, ComplaintFile, ComplaintMessage, SupportTeam
from portal.kernel.files.actions import remove
from portal.kernel.users.holdings import BLANKED, Holding, holds
from portal.kernel.users.models import User

_KEPT = _("信访和投诉记录永久保存；注销后删除内容、联系方式和评价。")


def _blank_complaints(user: User) -> None:
    Complaint.objects.filter(author=user).update(title=BLANKED, content=BLANKED, contact="", comment="")


def _blank_messages(user: User) -> None:
    ComplaintMessage.objects.filter(complaint__author=user).update(text=BLANKED)


def _blank_files(user: User) -> None:
    for row in ComplaintFile.objects.filter(complaint__author=user).select_related("file"):
        row.delete()
        remove(row.file)


holds(
    Holding(
        Complaint,
        _("咨询投诉"),
        _KEPT,
        lambda user: Complaint.objects.filter(author=user),
        (
            *("number", "kind", "category__label", "title", "content", "contact", "is_public", "state"),
            *("created_at", "answered_at", "rating", "comment"),
        ),
        _blank_complaints,
    ),
    Holding(
        ComplaintMessage,
        _("咨询投诉的往来"),
        _KEPT,
        # Notes that the staff keep for themselves are the office's, not the person's.
        lambda user: ComplaintMessage.objects.filter(complaint__author=user, internal=False),
        ("complaint__number", "is_staff", "text", "created_at"),
        _blank_messages,
    ),
    Holding(
        ComplaintFile,
        _("咨询投诉的附件"),
        _KEPT,
        lambda user: ComplaintFile.objects.filter(complaint__author=user),
        ("complaint__number", "file__name", "file__size"),
        _blank_files,
    ),
    Holding(
        SupportTeam.members.through,
        _("工作人员所在的答复组"),
        _("任职期间保存。"),
        lambda user: SupportTeam.members.through.objects.filter(user=user),
        ("supportteam__name",),
    ),
)
