"""Who does it: a frozen value that verbs take instead of a request."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.kernel.users.models import User


@dataclass(frozen=True)
class Actor:
    """A person or a scheduled job, with what decides about their rights and what the audit log wants to know.

    `roles` are role codes, `offices` the paths of the offices they act for, `held` which role where (all empty for
    candidates): who is an editor of the province and a reviewer of a city reviews for the city alone.
    `channel` is one of web, api, admin, gateway, system; `device_id` is what they are signed in with, `proved_at` when
    they last proved on it who they are (signed in, or gave a secret once more). `client` is what this browser or app
    carries, signed in or not: it tells two devices behind one address apart and proves nothing.
    """

    user_id: int | None
    name: str
    channel: str
    is_candidate: bool = False
    roles: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    held: frozenset[tuple[str, str]] = frozenset()
    address: str = ""
    request_id: str = ""
    device_id: UUID | None = None
    proved_at: datetime | None = None
    client: str = ""

    @classmethod
    def system(cls, job: str) -> "Actor":
        """Scheduled work, named after the job: `Actor.system("order-expiry")`."""
        return cls(user_id=None, name=job, channel="system")

    @classmethod
    def of(
        cls,
        user: "User | AnonymousUser",
        channel: str,
        *,
        address: str = "",
        request_id: str = "",
        device_id: UUID | None = None,
        proved_at: datetime | None = None,
        client: str = "",
    ) -> "Actor":
        """The actor behind a signed-in user, or nobody (`user_id` None) for a visitor."""
        if not user.is_authenticated:
            return cls(user_id=None, name="", channel=channel, address=address, request_id=request_id, client=client)
        scope = staff_scope.resolve(user) if user.is_staff else Scope()
        return cls(
            user_id=user.pk,
            name=user.name,
            channel=channel,
            is_candidate=user.is_candidate,
            roles=scope.roles,
            offices=scope.offices,
            held=scope.held,
            address=address,
            request_id=request_id,
            device_id=device_id,
            proved_at=proved_at,
            client=client,
        )

    def known_as(self, user: "User") -> "Actor":
        """This actor, who has just shown to be `user`: what the log is told of a sign-in."""
        return replace(self, user_id=user.pk, name=user.name)

    @property
    def is_system(self) -> bool:
        return self.channel == "system"

    def has_role(self, *codes: str) -> bool:
        return bool(self.roles.intersection(codes))

    def offices_as(self, *codes: str) -> frozenset[str]:
        """The paths of the offices for which one of these roles is held."""
        return frozenset(path for role, path in self.held if role in codes)

    def has_role_at_top(self, *codes: str) -> bool:
        """Whether one of these roles is held at the office above all others, the province's."""
        return any(path.count("/") == 2 for path in self.offices_as(*codes))


@dataclass(frozen=True)
class Scope:
    """What a member of staff may act as, and for which offices."""

    roles: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    held: frozenset[tuple[str, str]] = frozenset()


@dataclass
class _StaffScope:
    """`review.offices` knows the scopes and plugs itself in at start; the kernel only asks."""

    resolve: Callable[["User"], Scope] = field(default=lambda user: Scope())


staff_scope = _StaffScope()
