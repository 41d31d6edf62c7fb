"""合理便利 at the desk: to whom it has been granted for which session; granting and taking back."""

from typing import Any, ClassVar

from django import forms
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.accommodations import actions, queries
from candidate_api.accommodations.models import Accommodation
from candidate_api.accommodations.rules import MAY_GRANT, MOST_WORDS
from candidate_api.sessions.models import ExamSession
from portal.kernel.admin import ActView, Instant, Listing, ListingViewSet
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.text import mask_name


class AccommodationFilters(WagtailFilterSet):
    class Meta:
        model = Accommodation
        fields: ClassVar = ["session"]


class AccommodationListing(Listing):
    model = Accommodation
    filterset_class = AccommodationFilters
    template_name = "accommodations/list.html"
    verbose_name_plural = _("合理便利")
    columns: ClassVar = [
        TitleColumn(
            "name",
            label=_("考生"),
            accessor=lambda row: mask_name(row.candidate.user.name),
            get_url=lambda row: reverse("accommodations:withdraw", args=[row.pk]),
        ),
        Column("number", label=_("准考证号"), accessor=lambda row: row.candidate.candidate_number),
        Column("session", label=_("考期")),
        Column("granted_by", label=_("办理人")),
        Instant("granted_at", label=_("办理时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.visible_to(self.actor)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return context | {"open_sessions": ExamSession.objects.filter(closed=False)}


class GrantForm(forms.Form):
    number = forms.CharField(label=_("准考证号"), max_length=12)
    arranged = forms.CharField(
        label=_("安排内容"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("如：一楼考场、大字号试卷、自带轮椅。属于敏感个人信息，加密保存，只写考点需要准备的事项。"),
    )


class Grant(ActView):
    """For a session, by the 准考证号."""

    title = button = _("办理合理便利")
    explains = _("核验残疾人证后办理。编排时优先安排在无障碍考场；已经编排的，请再逐人调整座位。")
    roles = MAY_GRANT
    form_class = GrantForm

    def find(self, pk: int) -> ExamSession:
        found = ExamSession.objects.filter(pk=pk, closed=False).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("accommodations:index")

    def facts(self) -> list[tuple[Words, str]]:
        return [(_("考期"), self.thing.name)]

    def act(self, given: dict[str, Any]) -> None:
        try:
            actions.grant(given["number"], self.thing, given["arranged"], by=self.actor)
        except Problem as problem:
            if problem.code != Code.NOT_FOUND:
                raise
            # A number that somebody has typed: a sentence on the form, and not a page that is not there.
            raise Problem(Code.STATE_CONFLICT, str(problem.detail)) from problem
        self.done(_("已办理。"))


class Withdraw(ActView):
    title = button = _("撤销合理便利")
    explains = _("记录随即删除。已经编排在无障碍考场的，请再调整座位。")
    roles = MAY_GRANT
    grave = True

    def find(self, pk: int) -> Accommodation:
        return queries.one(self.actor, pk)

    def back(self) -> str:
        return reverse("accommodations:index")

    def facts(self) -> list[tuple[Words, str]]:
        row: Accommodation = self.thing
        return [
            (_("考期"), row.session.name),
            (_("考生"), f"{mask_name(row.candidate.user.name)} {row.candidate.candidate_number}"),
            (_("安排内容"), row.arranged),
        ]

    def act(self, given: dict[str, Any]) -> None:
        actions.withdraw(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已撤销。"))


class AccommodationViewSet(ListingViewSet):
    name = "accommodations"
    icon = "user"
    menu_label = _("合理便利")
    menu_order = 131
    roles = MAY_GRANT
    listing = AccommodationListing

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("sessions/<row:pk>/grant/", Grant.as_view(), name="grant"),
            path("<row:pk>/withdraw/", Withdraw.as_view(), name="withdraw"),
        ]
