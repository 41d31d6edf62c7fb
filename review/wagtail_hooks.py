"""Table of contents: what of the offices and their business stands in Wagtail's admin."""

from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from review.bulk.admin import BulkViewSet
from review.desk.admin import ApplicationViewSet
from review.offices.admin import StaffViewSet
from review.types.admin import ApplicationTypeViewSet, Configurers
from review.types.models import ApplicationType

register_permission_policy(ApplicationType, Configurers(ApplicationType))
register_snippet(ApplicationTypeViewSet)


@hooks.register("register_admin_viewset")
def applications() -> ApplicationViewSet:
    return ApplicationViewSet()


@hooks.register("register_admin_viewset")
def staff() -> StaffViewSet:
    return StaffViewSet()


@hooks.register("register_admin_viewset")
def bulk() -> BulkViewSet:
    return BulkViewSet()
