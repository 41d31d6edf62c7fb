"""Accounts over the API: registration, signing in and out."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.accounts import actions, captcha, notice, queries
from candidate_api.accounts import serializers as shapes
from candidate_api.accounts.rules import Channel, Purpose, Way
from candidate_api.candidates import queries as candidates
from candidate_api.identity import queries as identity
from portal.kernel.actor import Actor
from portal.kernel.api import PAGING, Endpoint, PublicEndpoint, idempotent, page, paged, problems
from portal.kernel.edges import goes_on
from portal.kernel.errors import Code
from portal.kernel.users.models import User


class Notice(PublicEndpoint):
    @extend_schema(
        operation_id="registration_notice", summary="注册须知", responses=shapes.NoticeOut, tags=["accounts"]
    )
    def get(self, request: Request) -> Response:
        return Response(shapes.NoticeOut(notice.current()).data)


@goes_on
class NewCaptcha(PublicEndpoint):
    @extend_schema(
        operation_id="new_captcha",
        summary="新的校验码：图片，或由设备完成的一道计算；十分钟内有效，只能用一次",
        request=None,
        responses=shapes.CaptchaOut,
        tags=["accounts"],
    )
    def post(self, request: Request) -> Response:
        return Response(shapes.CaptchaOut(captcha.issue(by=self.actor)).data)


@goes_on
class SmsCodes(PublicEndpoint):
    @extend_schema(
        operation_id="send_sms_code",
        summary="发送短信验证码；无论该号码是否注册过，答复相同",
        request=shapes.SmsCodeIn,
        responses={202: shapes.SentOut},
        tags=["accounts"],
    )
    @problems(Code.CAPTCHA_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        given = shapes.SmsCodeIn.read(request)
        sent = actions.send_sms_code(
            given["mobile"], Purpose(given["purpose"]), given["captcha_id"], given["captcha_value"], by=self.actor
        )
        return Response(shapes.SentOut(sent).data, status=202)


class EmailCodes(PublicEndpoint):
    @extend_schema(
        operation_id="send_email_code",
        summary="发送邮箱验证码；无论该邮箱是否绑定过，答复相同",
        request=shapes.EmailCodeIn,
        responses={202: shapes.SentOut},
        tags=["accounts"],
    )
    @problems(Code.CAPTCHA_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        given = shapes.EmailCodeIn.read(request)
        sent = actions.send_email_code(
            given["email"], Purpose(given["purpose"]), given["captcha_id"], given["captcha_value"], by=self.actor
        )
        return Response(shapes.SentOut(sent).data, status=202)


class Register(PublicEndpoint):
    @extend_schema(
        operation_id="register",
        summary="注册考生账号",
        request=shapes.RegisterIn,
        responses={201: shapes.SignedInOut},
        tags=["accounts"],
    )
    @problems(Code.CAPTCHA_INVALID, Code.CODE_INVALID, Code.ALREADY_REGISTERED)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        given = shapes.RegisterIn.read(request)
        device = given.pop("device")
        candidate = actions.register(**given, by=self.actor)
        return Response(_signed_in(candidate.user, device, Way.REGISTER, self.actor), status=201)


@goes_on
class PasswordLogin(PublicEndpoint):
    @extend_schema(
        operation_id="login_password",
        summary="密码登录",
        request=shapes.PasswordLoginIn,
        responses=shapes.SignedInOut,
        tags=["accounts"],
    )
    @problems(Code.INVALID_CREDENTIALS, Code.ACCOUNT_FROZEN, Code.CAPTCHA_REQUIRED, Code.CAPTCHA_INVALID)
    def post(self, request: Request) -> Response:
        given = shapes.PasswordLoginIn.read(request)
        device = given.pop("device")
        user = actions.sign_in_password(**given, by=self.actor)
        return Response(_signed_in(user, device, Way.PASSWORD, self.actor))


@goes_on
class SmsLogin(PublicEndpoint):
    @extend_schema(
        operation_id="login_sms",
        summary="短信验证码登录",
        request=shapes.SmsLoginIn,
        responses=shapes.SignedInOut,
        tags=["accounts"],
    )
    @problems(Code.CODE_INVALID, Code.INVALID_CREDENTIALS, Code.ACCOUNT_FROZEN)
    def post(self, request: Request) -> Response:
        given = shapes.SmsLoginIn.read(request)
        user = actions.sign_in_sms(given["mobile"], given["sms_code"], by=self.actor)
        return Response(_signed_in(user, given["device"], Way.SMS, self.actor))


@goes_on
class Logout(Endpoint):
    @extend_schema(
        operation_id="logout",
        summary="退出登录，本设备的令牌失效",
        request=None,
        responses={204: None},
        tags=["accounts"],
    )
    def post(self, request: Request) -> Response:
        actions.sign_out(self.actor.device_id)
        return Response(status=204)


class PasswordResets(PublicEndpoint):
    """找回密码, first step."""

    @extend_schema(
        operation_id="start_password_reset",
        summary="找回密码第一步：说明身份，验证码发往所绑定的手机或邮箱；账号是否存在，答复相同",
        request=shapes.ResetIn,
        responses={202: shapes.ResetStartedOut},
        tags=["accounts"],
    )
    @problems(Code.CAPTCHA_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        given = shapes.ResetIn.read(request)
        started = actions.start_reset(Channel(given.pop("channel")), **given, by=self.actor)
        return Response(shapes.ResetStartedOut(started).data, status=202)


class PasswordResetVerification(PublicEndpoint):
    @extend_schema(
        operation_id="verify_password_reset",
        summary="找回密码第二步：核对验证码",
        request=shapes.ResetCodeIn,
        responses=shapes.ResetTokenOut,
        tags=["accounts"],
    )
    @problems(Code.CODE_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        token = actions.verify_reset(**shapes.ResetCodeIn.read(request), by=self.actor)
        return Response(shapes.ResetTokenOut({"reset_token": token}).data)


class PasswordResetConfirmation(PublicEndpoint):
    @extend_schema(
        operation_id="confirm_password_reset",
        summary="找回密码第三步：设置新密码，所有设备退出登录",
        request=shapes.NewPasswordIn,
        responses={204: None},
        tags=["accounts"],
    )
    @problems(Code.CODE_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        actions.confirm_reset(**shapes.NewPasswordIn.read(request), by=self.actor)
        return Response(status=204)


class Me(Endpoint):
    @extend_schema(
        operation_id="me",
        summary="我的账号：考生信息、获取准考证号的各步骤、身份",
        responses=shapes.MeOut,
        tags=["accounts"],
    )
    def get(self, request: Request) -> Response:
        candidate = candidates.of(self.actor)
        answer = {
            "candidate": candidate,
            "onboarding": candidates.onboarding(candidate),
            "identity": identity.status(candidate),
            "roles": sorted(self.actor.roles | {"candidate"}),
        }
        return Response(shapes.MeOut(answer).data)


class Devices(Endpoint):
    """登录设备: of the app and of browsers alike."""

    @extend_schema(
        operation_id="devices",
        summary="登录设备",
        parameters=PAGING,
        responses=paged(shapes.DeviceOut),
        tags=["accounts"],
    )
    def get(self, request: Request) -> Response:
        actor = self.actor
        return page(self, queries.devices(actor), shapes.DeviceOut, {"current": actor.device_id})


class OneDevice(Endpoint):
    @extend_schema(operation_id="device", summary="一台登录设备", responses=shapes.DeviceOut, tags=["accounts"])
    def get(self, request: Request, device_id: UUID) -> Response:
        actor = self.actor
        return Response(shapes.DeviceOut(queries.device(device_id, actor), context={"current": actor.device_id}).data)

    @extend_schema(operation_id="revoke_device", summary="退出这台设备", responses={204: None}, tags=["accounts"])
    def delete(self, request: Request, device_id: UUID) -> Response:
        actions.revoke_device(device_id, by=self.actor)
        return Response(status=204)


class SignIns(Endpoint):
    """最近登录, of the app and of browsers alike."""

    @extend_schema(
        operation_id="sign_ins",
        summary="最近登录：时间、方式、设备和地址，保存180天",
        parameters=PAGING,
        responses=paged(shapes.SignInOut),
        tags=["accounts"],
    )
    def get(self, request: Request) -> Response:
        return page(self, queries.sign_ins(self.actor), shapes.SignInOut)


class RevokeOthers(Endpoint):
    @extend_schema(
        operation_id="revoke_other_devices",
        summary="退出其他设备",
        request=None,
        responses=shapes.RevokedOut,
        tags=["accounts"],
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        return Response(shapes.RevokedOut({"revoked": actions.revoke_others(by=self.actor)}).data)


_PROOF = (Code.PROOF_REQUIRED, Code.INVALID_CREDENTIALS, Code.CODE_INVALID)


class Prove(Endpoint):
    """That it is still they; counts for ten minutes on this device."""

    @extend_schema(
        operation_id="prove",
        summary="验证是您本人，十分钟内在这台设备上有效",
        request=shapes.ProofIn,
        responses={204: None},
        tags=["accounts"],
    )
    @problems(*_PROOF)
    def post(self, request: Request) -> Response:
        actions.prove(**shapes.ProofIn.read(request), by=self.actor)
        return Response(status=204)


class ProofCodes(Endpoint):
    @extend_schema(
        operation_id="send_proof_code",
        summary="向所绑定的手机或邮箱发送本人验证码",
        request=shapes.ProofCodeIn,
        responses={202: shapes.SentOut},
        tags=["accounts"],
    )
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        sent = actions.send_proof_code(shapes.ProofCodeIn.read(request)["to"], by=self.actor)
        return Response(shapes.SentOut(sent).data, status=202)


class Password(Endpoint):
    @extend_schema(
        operation_id="change_password",
        summary="修改密码，其他设备退出登录",
        request=shapes.PasswordIn,
        responses={204: None},
        tags=["accounts"],
    )
    @problems(*_PROOF)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        actions.change_password(**shapes.PasswordIn.read(request), by=self.actor)
        return Response(status=204)


class Mobile(Endpoint):
    @extend_schema(
        operation_id="change_mobile",
        summary="绑定手机",
        request=shapes.MobileIn,
        responses={204: None},
        tags=["accounts"],
    )
    @problems(*_PROOF, Code.ALREADY_REGISTERED)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        actions.change_mobile(**shapes.MobileIn.read(request), by=self.actor)
        return Response(status=204)


class Email(Endpoint):
    @extend_schema(
        operation_id="change_email",
        summary="绑定邮箱",
        request=shapes.EmailIn,
        responses={204: None},
        tags=["accounts"],
    )
    @problems(*_PROOF, Code.ALREADY_REGISTERED)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        actions.change_email(**shapes.EmailIn.read(request), by=self.actor)
        return Response(status=204)


def _signed_in(user: User, device: str, way: Way, by: Actor) -> dict[str, object]:
    token, expires_at = actions.issue_token(user, device, way, by=by)
    answer = {"token": token, "expires_at": expires_at, "candidate": user.candidate}
    return dict(shapes.SignedInOut(answer).data)
