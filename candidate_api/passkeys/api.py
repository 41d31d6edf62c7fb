"""通行密钥 over the API: the two halves of signing in and of adding one, and the own list."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.accounts.actions import issue_token
from candidate_api.accounts.rules import Way
from candidate_api.accounts.serializers import ProofIn, SignedInOut
from candidate_api.passkeys import actions, ceremonies, queries
from candidate_api.passkeys.rules import NAME_MOST
from portal.kernel.api import PAGING, Endpoint, Input, PublicEndpoint, idempotent, page, paged, problems
from portal.kernel.edges import goes_on
from portal.kernel.errors import Code

_PROOFS = (Code.PROOF_REQUIRED, Code.INVALID_CREDENTIALS, Code.CODE_INVALID)


class PasskeyOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class BegunOut(serializers.Serializer[ceremonies.Begun]):
    ceremony_id = serializers.UUIDField(help_text="serves once")
    options = serializers.DictField(
        help_text="PublicKeyCredentialCreationOptionsJSON or …RequestOptionsJSON of WebAuthn Level 3, for the platform"
    )
    expires_in = serializers.IntegerField(help_text="seconds")


class _AnswerIn(Input):
    ceremony_id = serializers.UUIDField()
    credential = serializers.DictField(help_text="RegistrationResponseJSON or AuthenticationResponseJSON")


class PasskeySignInIn(_AnswerIn):
    device = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class _Named(Input):
    name = serializers.CharField(max_length=NAME_MOST)


class AddPasskeyIn(_AnswerIn, _Named):
    pass


class RenamePasskeyIn(_Named):
    pass


@goes_on
class PasskeySignInBegin(PublicEndpoint):
    @extend_schema(
        operation_id="login_passkey_begin",
        summary="通行密钥登录：开始，返回要由设备签名的内容",
        request=None,
        responses=BegunOut,
        tags=["accounts"],
    )
    def post(self, request: Request) -> Response:
        return Response(BegunOut(ceremonies.begin_sign_in(self.actor)).data)


@goes_on
class PasskeySignIn(PublicEndpoint):
    @extend_schema(
        operation_id="login_passkey",
        summary="通行密钥登录：完成",
        request=PasskeySignInIn,
        responses=SignedInOut,
        tags=["accounts"],
    )
    @problems(Code.PASSKEY_INVALID, Code.ACCOUNT_FROZEN)
    def post(self, request: Request) -> Response:
        given = PasskeySignInIn.read(request)
        user = actions.sign_in(given["ceremony_id"], given["credential"], by=self.actor)
        token, expires_at = issue_token(user, given["device"], Way.PASSKEY, by=self.actor)
        answer = {"token": token, "expires_at": expires_at, "candidate": user.candidate}
        return Response(SignedInOut(answer).data)


class Passkeys(Endpoint):
    @extend_schema(
        operation_id="my_passkeys",
        summary="我的通行密钥",
        parameters=PAGING,
        responses=paged(PasskeyOut),
        tags=["accounts"],
    )
    def get(self, request: Request) -> Response:
        return page(self, queries.visible_to(self.actor), PasskeyOut)


class AddPasskeyBegin(Endpoint):
    @extend_schema(
        operation_id="add_passkey_begin",
        summary="添加通行密钥：开始",
        request=ProofIn,
        responses=BegunOut,
        tags=["accounts"],
    )
    @problems(*_PROOFS, Code.STATE_CONFLICT)
    def post(self, request: Request) -> Response:
        return Response(BegunOut(actions.begin_adding(ProofIn.read(request)["proof"], by=self.actor)).data)


class AddPasskey(Endpoint):
    @extend_schema(
        operation_id="add_passkey",
        summary="添加通行密钥：完成",
        request=AddPasskeyIn,
        responses={201: PasskeyOut},
        tags=["accounts"],
    )
    @problems(Code.PASSKEY_INVALID, Code.STATE_CONFLICT)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        return Response(PasskeyOut(actions.add(**AddPasskeyIn.read(request), by=self.actor)).data, status=201)


class OnePasskey(Endpoint):
    @extend_schema(
        operation_id="rename_passkey",
        summary="给通行密钥改名",
        request=RenamePasskeyIn,
        responses=PasskeyOut,
        tags=["accounts"],
    )
    def patch(self, request: Request, passkey_id: int) -> Response:
        given = RenamePasskeyIn.read(request)
        return Response(PasskeyOut(actions.rename(passkey_id, given["name"], by=self.actor)).data)

    @extend_schema(
        operation_id="remove_passkey",
        summary="删除通行密钥",
        description="请求体与 `me/passkeys/begin/` 相同，用来证明是您本人；刚登录的设备可以不带。",
        request=None,
        responses={204: None},
        tags=["accounts"],
    )
    @problems(*_PROOFS, Code.VALIDATION_FAILED, Code.MALFORMED, Code.UNSUPPORTED_MEDIA_TYPE)
    def delete(self, request: Request, passkey_id: int) -> Response:
        actions.remove(passkey_id, ProofIn.read(request)["proof"], by=self.actor)
        return Response(status=204)
