"""身份认证 over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.candidates import queries as candidates
from candidate_api.identity import actions, queries, texts
from candidate_api.identity.states import Kind, Result
from portal.kernel.api import Endpoint, Input, idempotent, problems
from portal.kernel.errors import Code


class IdentityOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Kind.choices)
    result = serializers.ChoiceField(
        Result.choices, allow_null=True, help_text="null：从未认证，或认证后更正过姓名、证件"
    )
    checked_at = serializers.DateTimeField(allow_null=True)


class ConsentOut(serializers.Serializer[Any]):
    version = serializers.CharField()
    text = serializers.CharField()


class IdentityStatusOut(serializers.Serializer[Any]):
    name_number = IdentityOut()
    face = IdentityOut()
    consent = ConsentOut(help_text="照片比对须先同意")
    offline = serializers.CharField(help_text="不在线核验的办法")


class VerifyIn(Input):
    kind = serializers.ChoiceField(Kind.choices, required=False, default=Kind.NAME_NUMBER)
    consent_version = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class IdentityVerification(Endpoint):
    @extend_schema(operation_id="identity", summary="身份认证的结果", responses=IdentityStatusOut, tags=["identity"])
    def get(self, request: Request) -> Response:
        candidate = candidates.of(self.actor)
        answer = {kind: queries.status(candidate, kind) for kind in Kind.values} | {
            "consent": {"version": texts.CONSENT_VERSION, "text": texts.CONSENT},
            "offline": texts.OFFLINE,
        }
        return Response(IdentityStatusOut(answer).data)

    @extend_schema(
        operation_id="verify_identity", summary="身份认证", request=VerifyIn, responses=IdentityOut, tags=["identity"]
    )
    @problems(Code.STATE_CONFLICT)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        given = VerifyIn.read(request)
        actions.verify(given["kind"], consent_version=given["consent_version"], by=self.actor)
        return Response(IdentityOut(queries.status(candidates.of(self.actor), given["kind"])).data)
