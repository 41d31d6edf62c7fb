from django.utils.translation import gettext_lazy as _

from portal.kernel.users.holdings import Holding, holds
from review.applications.models import Agreement, Application, Event, Submission

_KEPT = _("业务档案，永久保存。")

holds(
    Holding(
        Application,
        _("业务申请：填写内容、状态、办理意见"),
        _KEPT,
        lambda user: Application.objects.filter(applicant=user),
        ("number", "type__title", "state", "sealed_answers", "remarks", "submitted_at", "decided_at"),
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
    ),
    Holding(
        Agreement,
        _("业务申请中同意的条款"),
        _KEPT,
        lambda user: Agreement.objects.filter(application__applicant=user),
        ("application__number", "key", "version", "at"),
    ),
)
