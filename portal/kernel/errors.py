"""One shape for every refusal: a code for the client, a sentence for the person (RFC 9457)."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
PROBLEM_TYPE = "application/problem+json"


class Code(StrEnum):
    """The closed list of `code` in a problem document. Clients decide by these; they are never renamed."""

    VALIDATION_FAILED = "validation_failed"
    MALFORMED = "malformed"
    NOT_AUTHENTICATED = "not_authenticated"
    INVALID_CREDENTIALS = "invalid_credentials"
    ACCOUNT_FROZEN = "account_frozen"
    CAPTCHA_REQUIRED = "captcha_required"
    CAPTCHA_INVALID = "captcha_invalid"
    CODE_INVALID = "code_invalid"
    PROOF_REQUIRED = "proof_required"
    PASSKEY_INVALID = "passkey_invalid"
    PERMISSION_DENIED = "permission_denied"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    THROTTLED = "throttled"
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    STATE_CONFLICT = "state_conflict"
    WINDOW_CLOSED = "window_closed"
    NOT_RELEASED = "not_released"
    ALREADY_REGISTERED = "already_registered"
    ONBOARDING_INCOMPLETE = "onboarding_incomplete"
    CONTACT_UNCONFIRMED = "contact_unconfirmed"
    ENTRIES_REFUSED = "entries_refused"
    ALREADY_PAID = "already_paid"
    PAYMENT_IN_PROGRESS = "payment_in_progress"
    ORDER_CLOSED = "order_closed"
    PLEDGE_REQUIRED = "pledge_required"
    SUSPENDED = "suspended"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    SERVICE_PAUSED = "service_paused"
    WAITING_ROOM = "waiting_room"
    SERVER_ERROR = "server_error"


STATUS: dict[Code, HTTPStatus] = {
    Code.VALIDATION_FAILED: HTTPStatus.BAD_REQUEST,
    Code.MALFORMED: HTTPStatus.BAD_REQUEST,
    Code.NOT_AUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Code.INVALID_CREDENTIALS: HTTPStatus.UNAUTHORIZED,
    Code.ACCOUNT_FROZEN: HTTPStatus.FORBIDDEN,
    Code.CAPTCHA_REQUIRED: HTTPStatus.BAD_REQUEST,
    Code.CAPTCHA_INVALID: HTTPStatus.BAD_REQUEST,
    Code.CODE_INVALID: HTTPStatus.BAD_REQUEST,
    Code.PROOF_REQUIRED: HTTPStatus.FORBIDDEN,
    Code.PASSKEY_INVALID: HTTPStatus.BAD_REQUEST,
    Code.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.NOT_ACCEPTABLE: HTTPStatus.NOT_ACCEPTABLE,
    Code.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Code.PAYLOAD_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.THROTTLED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.IDEMPOTENCY_IN_PROGRESS: HTTPStatus.CONFLICT,
    Code.IDEMPOTENCY_MISMATCH: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.STATE_CONFLICT: HTTPStatus.CONFLICT,
    Code.WINDOW_CLOSED: HTTPStatus.CONFLICT,
    Code.NOT_RELEASED: HTTPStatus.CONFLICT,
    Code.ALREADY_REGISTERED: HTTPStatus.CONFLICT,
    Code.ONBOARDING_INCOMPLETE: HTTPStatus.CONFLICT,
    Code.CONTACT_UNCONFIRMED: HTTPStatus.CONFLICT,
    Code.ENTRIES_REFUSED: HTTPStatus.CONFLICT,
    Code.ALREADY_PAID: HTTPStatus.CONFLICT,
    Code.PAYMENT_IN_PROGRESS: HTTPStatus.CONFLICT,
    Code.ORDER_CLOSED: HTTPStatus.CONFLICT,
    Code.PLEDGE_REQUIRED: HTTPStatus.CONFLICT,
    Code.SUSPENDED: HTTPStatus.CONFLICT,
    Code.PROVIDER_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.SERVICE_PAUSED: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.WAITING_ROOM: HTTPStatus.TOO_MANY_REQUESTS,
    Code.SERVER_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
}

TITLE: dict[Code, Words] = {
    Code.VALIDATION_FAILED: _("填写的内容有误"),
    Code.MALFORMED: _("请求无法读取"),
    Code.NOT_AUTHENTICATED: _("请先登录"),
    Code.INVALID_CREDENTIALS: _("账号或密码不正确"),
    Code.ACCOUNT_FROZEN: _("账号已被冻结"),
    Code.CAPTCHA_REQUIRED: _("请完成校验码"),
    Code.CAPTCHA_INVALID: _("校验码不正确或已过期"),
    Code.CODE_INVALID: _("验证码不正确或已过期"),
    Code.PROOF_REQUIRED: _("请先验证是您本人"),
    Code.PASSKEY_INVALID: _("通行密钥没有通过验证"),
    Code.PERMISSION_DENIED: _("没有权限"),
    Code.NOT_FOUND: _("没有找到"),
    Code.METHOD_NOT_ALLOWED: _("不支持这种请求方式"),
    Code.NOT_ACCEPTABLE: _("不支持要求的返回格式"),
    Code.UNSUPPORTED_MEDIA_TYPE: _("不支持这种内容格式"),
    Code.PAYLOAD_TOO_LARGE: _("提交的内容太大"),
    Code.THROTTLED: _("操作太频繁，请稍后再试"),
    Code.IDEMPOTENCY_IN_PROGRESS: _("同一请求正在处理"),
    Code.IDEMPOTENCY_MISMATCH: _("同一幂等键已用于另一请求"),
    Code.STATE_CONFLICT: _("当前状态不能这样操作"),
    Code.WINDOW_CLOSED: _("不在办理时间内"),
    Code.NOT_RELEASED: _("尚未公布"),
    Code.ALREADY_REGISTERED: _("已经注册"),
    Code.ONBOARDING_INCOMPLETE: _("资料尚未完善"),
    Code.CONTACT_UNCONFIRMED: _("请先确认手机号码和通信地址"),
    Code.ENTRIES_REFUSED: _("所选课程不能报考"),
    Code.ALREADY_PAID: _("已经支付"),
    Code.PAYMENT_IN_PROGRESS: _("支付正在进行"),
    Code.ORDER_CLOSED: _("报考单已关闭"),
    Code.PLEDGE_REQUIRED: _("请先签署诚信考试承诺书"),
    Code.SUSPENDED: _("停考期间不能办理"),
    Code.PROVIDER_UNAVAILABLE: _("外部服务暂时不可用"),
    Code.SERVICE_PAUSED: _("系统维护中，暂停办理"),
    Code.WAITING_ROOM: _("请排队等候"),
    Code.SERVER_ERROR: _("系统出现错误"),
}


@dataclass(frozen=True)
class FieldError:
    """One wrong field: its name (dotted for nested ones), a stable code, and a sentence."""

    field: str
    code: str
    detail: Words


class Problem(Exception):
    """A refusal. Raised by verbs, rendered by the edges; a verb that raises it has changed nothing.

    `extra` are further members of the problem document, e.g. `opens_at` and `closes_at` of a closed window;
    `retry_after` is in seconds and becomes the `Retry-After` header.
    """

    def __init__(
        self,
        code: Code,
        detail: Words | None = None,
        *,
        errors: list[FieldError] | None = None,
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.title = TITLE[code]
        self.detail = self.title if detail is None else detail
        self.errors = errors or []
        self.retry_after = retry_after
        self.extra = extra

    @property
    def status(self) -> int:
        return int(STATUS[self.code])

    def __str__(self) -> str:
        return f"{self.code.value}: {self.detail}"

    def document(self, request_id: str = "") -> dict[str, Any]:
        """The RFC 9457 document; sentences in the active language."""
        return {
            "type": "about:blank",
            "title": str(self.title),
            "status": self.status,
            "detail": str(self.detail),
            "code": self.code.value,
            "errors": [{"field": e.field, "code": e.code, "detail": str(e.detail)} for e in self.errors],
            "request_id": request_id,
            **self.extra,
        }


def invalid(field: str, code: str, detail: Words) -> Problem:
    """A `validation_failed` about one field."""
    return Problem(Code.VALIDATION_FAILED, detail, errors=[FieldError(field, code, detail)])
