"""What is held about oneself: told, handed out, and its end asked for."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.accounts.serializers import ProofIn
from candidate_api.candidates.queries import of
from candidate_api.candidates.serializers import Text
from candidate_api.rights import actions, queries
from candidate_api.rights.models import ErasureRequest, Export
from candidate_api.rights.states import ERASURE, ERASURE_ACTIONS, EXPORT
from portal.kernel.api import Endpoint, FileRenderer, idempotent, problems
from portal.kernel.downloads import private_file
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who


class HoldingOut(serializers.Serializer[Any]):
    what = serializers.CharField(source="holding.what")
    kept = serializers.CharField(source="holding.kept", help_text="how long, and why")
    rows = serializers.IntegerField()


class ExportOut(serializers.Serializer[Export]):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(EXPORT.choices)
    state_label = serializers.CharField(source="get_state_display")
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(source="file.expires_at", allow_null=True, default=None)


class HeldOut(serializers.Serializer[Any]):
    holdings = HoldingOut(many=True)
    exports = ExportOut(many=True)


class ErasureOut(serializers.Serializer[ErasureRequest]):
    state = serializers.ChoiceField(ERASURE.choices)
    state_label = serializers.CharField(source="get_state_display")
    requested_at = serializers.DateTimeField()
    decision = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=ERASURE_ACTIONS)))
    def get_allowed_actions(self, request: ErasureRequest) -> list[str]:
        return ERASURE.allowed(request.state, Who.CANDIDATE)


class ErasureIn(ProofIn):
    reason = Text(max_length=500)


class Exports(Endpoint):
    @extend_schema(
        operation_id="what_is_held",
        summary="保存了关于我的哪些数据，以及已准备的副本",
        responses=HeldOut,
        tags=["rights"],
    )
    def get(self, request: Request) -> Response:
        user = of(self.actor).user
        held = {"holdings": queries.holdings(user), "exports": queries.exports(self.actor)[:20]}
        return Response(HeldOut(held).data)

    @extend_schema(
        operation_id="request_export",
        summary="申请一份个人数据副本",
        request=ProofIn,
        responses={202: ExportOut},
        tags=["rights"],
    )
    @problems(Code.STATE_CONFLICT, Code.PROOF_REQUIRED, Code.INVALID_CREDENTIALS, Code.CODE_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        made = actions.request_export(**ProofIn.read(request), by=self.actor)
        return Response(ExportOut(made).data, status=202)


class ExportFile(Endpoint):
    renderer_classes = (JSONRenderer, FileRenderer)

    @extend_schema(
        operation_id="download_export",
        summary="下载个人数据副本",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        tags=["rights"],
    )
    def get(self, request: Request, export_id: int) -> HttpResponse:
        return private_file(queries.export_file(self.actor, export_id), "application/zip", "个人数据.zip")


class Erasure(Endpoint):
    @extend_schema(
        operation_id="my_erasure",
        summary="注销账号：会删除什么，依法保留什么，申请到了哪一步",
        responses=ErasureOut,
        tags=["rights"],
    )
    @problems(Code.NOT_FOUND)
    def get(self, request: Request) -> Response:
        found = queries.own_erasure(self.actor)
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return Response(ErasureOut(found).data)

    @extend_schema(
        operation_id="request_erasure",
        summary="申请注销账号",
        request=ErasureIn,
        responses={201: ErasureOut},
        tags=["rights"],
    )
    @problems(Code.STATE_CONFLICT, Code.PROOF_REQUIRED, Code.INVALID_CREDENTIALS, Code.CODE_INVALID)
    @idempotent(atomic=False)
    def post(self, request: Request) -> Response:
        made = actions.request_erasure(**ErasureIn.read(request), by=self.actor)
        return Response(ErasureOut(made).data, status=201)

    @extend_schema(
        operation_id="withdraw_erasure", summary="撤回注销申请", responses={200: ErasureOut}, tags=["rights"]
    )
    @problems(Code.STATE_CONFLICT, Code.NOT_FOUND)
    def delete(self, request: Request) -> Response:
        return Response(ErasureOut(actions.withdraw_erasure(by=self.actor)).data)
