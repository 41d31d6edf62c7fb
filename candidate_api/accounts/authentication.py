from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from candidate_api.accounts import actions, queries
from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import is_over
from portal.kernel import clock
from portal.kernel.users.models import User


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`: one query, and `request.auth` is the device."""

    keyword = "Bearer"

    def authenticate_credentials(self, key: str) -> tuple[User, Device]:
        device = queries.device_of_token(key)
        if (
            device is None
            or not device.user.is_active
            or is_over(device.kind, device.seen_at, device.expires_at, clock.now())
        ):
            raise AuthenticationFailed
        actions.saw(device)
        return device.user, device


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
