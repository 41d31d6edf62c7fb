"""What both sides do alike: put a file to a complaint."""

from django.utils.translation import gettext as _

from cms.complaints.models import Complaint, ComplaintFile, ComplaintMessage
from cms.complaints.rules import has_long_number
from portal.kernel.files.actions import keep
from portal.kernel.papers import judge


def put(complaint: Complaint, content: bytes, name: str, message: ComplaintMessage | None = None) -> ComplaintFile:
    """Keep it as the candidate's, whoever has sent it. Raises Problem `validation_failed` as `papers.judge` does."""
    paper = judge(content)
    title = name.rpartition("/")[2].rpartition("\\")[2].rpartition(".")[0][:80]
    if not title or has_long_number(title):
        title = _("附件")
    file = keep(
        paper.content,
        kind="complaint",
        owner=complaint.author,
        name=title + paper.suffix,
        content_type=paper.content_type,
    )
    return ComplaintFile.objects.create(complaint=complaint, file=file, message=message)
