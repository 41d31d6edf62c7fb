"""Who does it: a frozen value that verbs take instead of a request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.kernel.users.models import User


@dataclass(frozen=True)
class Actor:
    """A person or a scheduled job, with what decides about their rights and what the audit log wants to know.

    `roles` are role codes, `offices` the paths of the offices they act for (both empty for candidates);
    `channel` is one of web, api, admin, gateway, system.
    """

    user_id: int | None
    name: str
    channel: str
    is_candidate: bool = False
    roles: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    address: str = ""
    request_id: str = ""

    @classmethod
    def system(cls, job: str) -> "Actor":
        """Scheduled work, named after the job: `Actor.system("order-expiry")`."""
        return cls(user_id=None, name=job, channel="system")

    @classmethod
    def of(cls, user: "User | AnonymousUser", channel: str, *, address: str = "", request_id: str = "") -> "Actor":
        """The actor behind a signed-in user, or nobody (`user_id` None) for a visitor."""
        if not user.is_authenticated:
            return cls(user_id=None, name="", channel=channel, address=address, request_id=request_id)
        scope = staff_scope.resolve(user) if user.is_staff else Scope()
        return cls(
            user_id=user.pk,
            name=user.name,
            channel=channel,
            is_candidate=user.is_candidate,
            roles=scope.roles,
            offices=scope.offices,
            address=address,
            request_id=request_id,
        )

    @property
    def is_system(self) -> bool:
        return self.channel == "system"

    def has_role(self, *codes: str) -> bool:
        return bool(self.roles.intersection(codes))


@dataclass(frozen=True)
class Scope:
    """What a member of staff may act as, and for which offices."""

    roles: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()


@dataclass
class _StaffScope:
    """`review.offices` knows the scopes and plugs itself in at start; the kernel only asks."""

    resolve: Callable[["User"], Scope] = field(default=lambda user: Scope())


staff_scope = _StaffScope()
