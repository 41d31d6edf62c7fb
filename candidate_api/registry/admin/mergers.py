"""准考证号合并 at the desk: what was proposed, and the decision of another person."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from candidate_api.registry import actions, queries
from candidate_api.registry.models import Merger
from candidate_api.registry.states import BY_ANOTHER, MAY_MERGE
from portal.kernel.admin import ActView, ReasonForm
from portal.kernel.errors import Words
from portal.kernel.text import mask_name


class DecisionForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("审批意见")


class _MergerAct(ActView):
    roles = MAY_MERGE
    form_class = DecisionForm
    template_name = "registry/merger.html"

    def find(self, pk: int) -> Merger:
        return queries.merger(self.actor, pk)

    def back(self) -> str:
        return reverse("candidates:mergers")

    def facts(self) -> list[tuple[Words, str]]:
        merger: Merger = self.thing
        return [
            (
                _("注销的准考证号"),
                f"{merger.source} {mask_name(merger.source.user.name)} {merger.source.masked_id_number}",
            ),
            (
                _("保留的准考证号"),
                f"{merger.target} {mask_name(merger.target.user.name)} {merger.target.masked_id_number}",
            ),
            (_("两份考籍不同之处"), "、".join(queries.differences(merger.source, merger.target)) or str(_("无"))),
            (_("事由"), merger.reason),
            (_("提出人"), merger.proposed_by.name),
        ]

    def page(self, form: forms.Form | None, status: int = 200, **more: Any) -> HttpResponse:
        own = queries.awaits_another(self.actor, self.thing)
        return super().page(form, status, by_another=BY_ANOTHER if own else "", **more)


class ApproveMerger(_MergerAct):
    title = button = _("同意合并")
    explains = _(
        "成绩、报考记录、订单、消息和咨询投诉将转入保留的准考证号，另一个准考证号注销。"
        "此操作不能撤销，请先核对两份考籍是否为同一人。"
    )
    grave = True

    def page(self, form: forms.Form | None, status: int = 200, **more: Any) -> HttpResponse:
        """Who has proposed it reads it here, and is offered nothing."""
        if queries.awaits_another(self.actor, self.thing):
            return super().page(None, status, header_title=_("合并准考证号"), **more)
        return super().page(form, status, **more)

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.approve(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已合并。"))
        return None


class RefuseMerger(_MergerAct):
    title = button = _("不同意合并")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.refuse(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已退回合并申请。"))
        return None


MERGER_ACTS: dict[str, type[_MergerAct]] = {"approve": ApproveMerger, "refuse": RefuseMerger}
