"""Table of contents: what of the kernel stands in Wagtail's admin."""

from wagtail import hooks

from portal.kernel.audit.admin import AuditViewSet
from portal.kernel.messages.admin import MessageViewSet


@hooks.register("register_admin_viewset")
def outbox() -> MessageViewSet:
    return MessageViewSet()


@hooks.register("register_admin_viewset")
def audit() -> AuditViewSet:
    return AuditViewSet()
