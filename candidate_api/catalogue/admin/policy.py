"""Who may do what with the reference data on Wagtail's screens; the verbs ask again."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from wagtail.permission_policies.base import BasePermissionPolicy

from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from review.offices.queries import users_with
from review.offices.rules import of_the_province
from review.offices.states import Role


class KeptByTheProvince(BasePermissionPolicy):
    """The table's keepers at the province add, change and delete; whoever holds a role at some office reads."""

    def __init__(self, model: Any, keepers: tuple[str, ...] = (Role.ADMINISTRATOR,)) -> None:
        super().__init__(model)
        self.keepers = keepers

    def user_has_permission(self, user: Any, action: str) -> bool:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return False
        actor: Actor = getattr(user, "actor_at_desk", None) or Actor.of(user, "admin")
        return bool(actor.roles) if action == "view" else of_the_province(actor, *self.keepers)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Any) -> Any:
        return User.objects.filter(is_staff=True) if "view" in actions else users_with(*self.keepers)


class KeptForGood(KeptByTheProvince):
    """What is never removed: no button that would only refuse."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)
