from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User
from review.applications.models import Agreement, Application, Event, Submission
from review.applications.queries import options
from review.types.configuration import Answers
from review.types.rules import shown


def _answers(application: Application, given: Answers) -> list[str]:
    """Each question with its answer, as its form asks and names them."""
    choices = options(application)
    said = [(q.label, shown(q, given, choices)) for q in application.configuration.questions]
    return [f"{label}：{answer}" for label, answer in said if answer]


def _applications(user: User) -> list[dict[str, Any]]:
    return [
        {
            "number": application.number,
            "type__title": application.type.title,
            "state": application.state_label,
            "sealed_answers": _answers(application, application.answers),
            "remarks": [remark["text"] for remark in application.remarks],
            "submitted_at": application.submitted_at,
            "decided_at": application.decided_at,
        }
        for application in Application.objects.filter(applicant=user).select_related("type").order_by("pk")
    ]


def _submissions(user: User) -> list[dict[str, Any]]:
    rows = Submission.objects.filter(application__applicant=user).select_related("application__type").order_by("pk")
    return [
        {
            "application__number": row.application.number,
            "round": row.round,
            "sealed_answers": _answers(row.application, row.answers),
            "at": row.at,
        }
        for row in rows
    ]


_KEPT = _("业务档案，永久保存。")

holds(
    Holding(
        Application,
        _("业务申请：填写内容、状态、办理意见"),
        _KEPT,
        lambda user: Application.objects.filter(applicant=user),
        ("number", "type__title", "state", "sealed_answers", "remarks", "submitted_at", "decided_at"),
        in_words=_applications,
    ),
    Holding(
        Event,
        _("业务申请的办理记录"),
        _KEPT,
        lambda user: Event.objects.filter(application__applicant=user, told=True),
        ("application__number", "at", "verb", "step_label", "who", "note"),
    ),
    Holding(
        Submission,
        _("业务申请每次提交的内容"),
        _KEPT,
        lambda user: Submission.objects.filter(application__applicant=user),
        ("application__number", "round", "sealed_answers", "at"),
        in_words=_submissions,
    ),
    Holding(
        Agreement,
        _("业务申请中同意的条款"),
        _KEPT,
        lambda user: Agreement.objects.filter(application__applicant=user),
        ("application__number", "key", "version", "at"),
    ),
)
