"""Accounts over the API: registration, signing in and out."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from candidate_api.accounts import actions, captcha, notice
from candidate_api.accounts import serializers as shapes
from candidate_api.accounts.rules import Purpose
from candidate_api.candidates import queries as candidates
from portal.kernel.actor import Actor
from portal.kernel.api import Endpoint, PublicEndpoint, idempotent, problems
from portal.kernel.errors import Code
from portal.kernel.users.models import User


class Notice(PublicEndpoint):
    @extend_schema(operation_id="registration_notice", responses=shapes.NoticeOut, tags=["accounts"])
    def get(self, request: Request) -> Response:
        return Response(shapes.NoticeOut(notice.current()).data)


class NewCaptcha(PublicEndpoint):
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "captcha"

    @extend_schema(operation_id="new_captcha", request=None, responses=shapes.CaptchaOut, tags=["accounts"])
    def post(self, request: Request) -> Response:
        return Response(shapes.CaptchaOut(captcha.issue()).data)


class SmsCodes(PublicEndpoint):
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "sms"

    @extend_schema(
        operation_id="send_sms_code", request=shapes.SmsCodeIn, responses={202: shapes.SentOut}, tags=["accounts"]
    )
    @problems(Code.CAPTCHA_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        given = shapes.SmsCodeIn.read(request)
        sent = actions.send_sms_code(
            given["mobile"], Purpose(given["purpose"]), given["captcha_id"], given["captcha_value"], by=self.actor
        )
        return Response(shapes.SentOut(sent).data, status=202)


class Register(PublicEndpoint):
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "register"

    @extend_schema(
        operation_id="register", request=shapes.RegisterIn, responses={201: shapes.SignedInOut}, tags=["accounts"]
    )
    @problems(Code.CAPTCHA_INVALID, Code.CODE_INVALID, Code.ALREADY_REGISTERED)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        given = shapes.RegisterIn.read(request)
        device = given.pop("device")
        candidate = actions.register(**given, by=self.actor)
        return Response(_signed_in(candidate.user, device, self.actor), status=201)


class _SignIn(PublicEndpoint):
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "login"


class PasswordLogin(_SignIn):
    @extend_schema(
        operation_id="login_password",
        request=shapes.PasswordLoginIn,
        responses=shapes.SignedInOut,
        tags=["accounts"],
    )
    @problems(Code.INVALID_CREDENTIALS, Code.CAPTCHA_REQUIRED, Code.CAPTCHA_INVALID)
    def post(self, request: Request) -> Response:
        given = shapes.PasswordLoginIn.read(request)
        device = given.pop("device")
        user = actions.sign_in_password(**given, by=self.actor)
        return Response(_signed_in(user, device, self.actor))


class SmsLogin(_SignIn):
    @extend_schema(operation_id="login_sms", request=shapes.SmsLoginIn, responses=shapes.SignedInOut, tags=["accounts"])
    @problems(Code.CODE_INVALID)
    def post(self, request: Request) -> Response:
        given = shapes.SmsLoginIn.read(request)
        user = actions.sign_in_sms(given["mobile"], given["sms_code"], by=self.actor)
        return Response(_signed_in(user, given["device"], self.actor))


class Logout(Endpoint):
    @extend_schema(operation_id="logout", request=None, responses={204: None}, tags=["accounts"])
    def post(self, request: Request) -> Response:
        actions.revoke_token(request.auth)
        return Response(status=204)


class Me(Endpoint):
    @extend_schema(operation_id="me", responses=shapes.MeOut, tags=["accounts"])
    def get(self, request: Request) -> Response:
        candidate = candidates.of(self.actor)
        answer = {
            "candidate": candidate,
            "onboarding": candidates.onboarding(candidate),
            "roles": sorted(self.actor.roles | {"candidate"}),
        }
        return Response(shapes.MeOut(answer).data)


def _signed_in(user: User, device: str, by: Actor) -> dict[str, object]:
    token, expires_at = actions.issue_token(user, device, by=by)
    answer = {"token": token, "expires_at": expires_at, "candidate": user.candidate}
    return dict(shapes.SignedInOut(answer).data)
