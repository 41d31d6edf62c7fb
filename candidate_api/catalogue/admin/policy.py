"""Who may do what with the reference data on Wagtail's screens; the verbs ask again."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from wagtail.permission_policies.base import BasePermissionPolicy

from candidate_api.catalogue.kinds import Kind
from portal.kernel.actor import Actor
from review.offices.queries import users_with
from review.offices.rules import of_the_province


class KeptByTheProvince(BasePermissionPolicy):
    """The table's keepers at the province add, change and delete; its readers, at whatever office, look at it."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind.model)
        self.keepers, self.readers = kind.keepers, kind.readers

    def user_has_permission(self, user: Any, action: str) -> bool:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return False
        actor: Actor = getattr(user, "actor_at_desk", None) or Actor.of(user, "admin")
        return actor.has_role(*self.readers) if action == "view" else of_the_province(actor, *self.keepers)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Any) -> Any:
        return users_with(*(self.readers if "view" in actions else self.keepers))


class KeptForGood(KeptByTheProvince):
    """What is never removed: no button that would only refuse."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)
