"""Table of contents: what of the candidates' business stands in Wagtail's admin."""

from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import register_permission_policy

from candidate_api.accommodations.admin import AccommodationViewSet
from candidate_api.arrangements.admin.pages import ArrangementsViewSet
from candidate_api.broadcasts.admin import BroadcastViewSet
from candidate_api.cancellations.admin import CancellationViewSet
from candidate_api.catalogue.admin import lists
from candidate_api.catalogue.admin.plans import PlanViewSet
from candidate_api.catalogue.admin.policy import KeptByTheProvince, KeptForGood
from candidate_api.exemptions.admin import ExemptionRuleViewSet
from candidate_api.finance.admin import FinanceViewSet
from candidate_api.graduations.admin import GraduationViewSet
from candidate_api.imports.admin.lists import ImportViewSet
from candidate_api.invariants.admin import InvariantsViewSet
from candidate_api.passkeys.admin import urls as passkeys
from candidate_api.payments.admin import PaymentsViewSet
from candidate_api.reconciliation.admin import ReconciliationViewSet
from candidate_api.registrations import admin as registrations  # noqa: F401 -- plugs its panel in
from candidate_api.registry.admin.lists import CandidateViewSet
from candidate_api.results.admin import ResultViewSet
from candidate_api.rights.admin import ErasureViewSet
from candidate_api.sessions import admin as sessions
from candidate_api.sheets.admin import SheetsViewSet
from candidate_api.timetables.admin import TimetableViewSet
from candidate_api.transfers.admin import CourseMatchViewSet, TransferViewSet
from candidate_api.waiting.admin import WaitingViewSet


class CatalogueGroup(ModelViewSetGroup):
    menu_label = _("考试目录")
    menu_icon = "list-ul"
    menu_order = 128
    items = (
        *(lists.MajorViewSet, PlanViewSet, lists.CourseViewSet, lists.SubstitutionViewSet, lists.TextbookViewSet),
        ExemptionRuleViewSet,
        *(sessions.SessionViewSet, sessions.OfferingViewSet),
        *(lists.SchoolViewSet, lists.DistrictViewSet, lists.AreaViewSet, sessions.SiteViewSet, sessions.RoomViewSet),
        lists.CodeViewSet,
    )


for _screens in (*CatalogueGroup.items, CourseMatchViewSet):
    _policy = KeptForGood if _screens.kind.for_good else KeptByTheProvince
    register_permission_policy(_screens.kind.model, _policy(_screens.kind))


@hooks.register("register_admin_viewset")
def catalogue() -> CatalogueGroup:
    return CatalogueGroup()


@hooks.register("register_admin_viewset")
def timetables() -> TimetableViewSet:
    return TimetableViewSet()


@hooks.register("register_admin_urls")
def door() -> list[URLResolver]:
    return [path("door/passkeys/", include((passkeys, "door_passkeys")))]


@hooks.register("register_admin_viewset")
def accommodations() -> AccommodationViewSet:
    return AccommodationViewSet()


@hooks.register("register_admin_viewset")
def arrangements() -> ArrangementsViewSet:
    return ArrangementsViewSet()


@hooks.register("register_admin_viewset")
def sheets() -> SheetsViewSet:
    return SheetsViewSet()


@hooks.register("register_admin_viewset")
def candidates() -> CandidateViewSet:
    return CandidateViewSet()


@hooks.register("register_admin_viewset")
def graduations() -> GraduationViewSet:
    return GraduationViewSet()


@hooks.register("register_admin_viewset")
def erasures() -> ErasureViewSet:
    return ErasureViewSet()


@hooks.register("register_admin_viewset")
def broadcasts() -> BroadcastViewSet:
    return BroadcastViewSet()


@hooks.register("register_admin_viewset")
def imports() -> ImportViewSet:
    return ImportViewSet()


@hooks.register("register_admin_viewset")
def invariants() -> InvariantsViewSet:
    return InvariantsViewSet()


@hooks.register("register_admin_viewset")
def results() -> ResultViewSet:
    return ResultViewSet()


@hooks.register("register_admin_viewset")
def transfers() -> TransferViewSet:
    return TransferViewSet()


@hooks.register("register_admin_viewset")
def course_matches() -> CourseMatchViewSet:
    return CourseMatchViewSet()


@hooks.register("register_admin_viewset")
def reconciliation() -> ReconciliationViewSet:
    return ReconciliationViewSet()


@hooks.register("register_admin_viewset")
def payments() -> PaymentsViewSet:
    return PaymentsViewSet()


@hooks.register("register_admin_viewset")
def finance() -> FinanceViewSet:
    return FinanceViewSet()


@hooks.register("register_admin_viewset")
def waiting() -> WaitingViewSet:
    return WaitingViewSet()


@hooks.register("register_admin_viewset")
def cancellations() -> CancellationViewSet:
    return CancellationViewSet()
