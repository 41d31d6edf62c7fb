"""准考证 over the API, and the proof that one is genuine."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.tickets import actions, queries, rules, texts
from portal.kernel.api import PAGING, Endpoint, FileRenderer, PublicEndpoint, idempotent, page, paged, problems
from portal.kernel.crypto.signing import public_key_pem
from portal.kernel.downloads import private_file
from portal.kernel.errors import Code


class AdmissionTicketOut(serializers.Serializer[queries.TicketStatus]):
    session = serializers.CharField(source="session.code")
    session_name = serializers.CharField(source="session.name")
    courses = serializers.IntegerField()
    days = serializers.ListField(child=serializers.DateField(), help_text="有考试的日期")
    released = serializers.BooleanField()
    released_at = serializers.DateTimeField(allow_null=True)
    pledged = serializers.BooleanField()
    pledged_at = serializers.DateTimeField(allow_null=True)
    pledge_text = serializers.SerializerMethodField()
    available = serializers.BooleanField()

    def get_pledge_text(self, _status: queries.TicketStatus) -> str:
        return str(texts.PLEDGE)


class SittingOut(serializers.Serializer[queries.Sitting]):
    course = serializers.CharField()
    course_name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    site = serializers.CharField()
    room = serializers.CharField()
    seat = serializers.CharField()


class ProofOut(serializers.Serializer[queries.Proof]):
    kind = serializers.ChoiceField(choices=[rules.KIND, "register"])
    code = serializers.CharField()
    title = serializers.CharField(help_text="准考证, or the title of the form")
    session = serializers.CharField(help_text="empty for a form")
    session_name = serializers.CharField()
    name = serializers.CharField(help_text="masked: 张*三")
    number = serializers.CharField(help_text="the last four digits of the 准考证号")
    issued_at = serializers.DateTimeField()
    signed = serializers.BooleanField(help_text="the token of the QR code was given, and its signature is ours")
    current = serializers.BooleanField(allow_null=True, help_text="false: it would be printed otherwise now")
    sittings = SittingOut(
        many=True, help_text="what stands on the ticket now; empty before its release, and for a form"
    )


class PublicKeyOut(serializers.Serializer[Any]):
    algorithm = serializers.CharField()
    public_key = serializers.CharField(help_text="PEM; checks base64url(payload).base64url(signature) of a QR code")


class AdmissionTickets(Endpoint):
    @extend_schema(
        operation_id="my_admission_tickets",
        summary="我的准考证，按考期",
        parameters=PAGING,
        responses=paged(AdmissionTicketOut),
        tags=["tickets"],
    )
    def get(self, request: Request) -> Response:
        return page(self, queries.statuses(self.actor), AdmissionTicketOut)


class AdmissionTicketPledge(Endpoint):
    """诚信考试承诺书 of a session. Signing again answers the same."""

    @extend_schema(
        operation_id="sign_pledge",
        summary="签署诚信考试承诺书，重复签署结果相同",
        request=None,
        responses={201: AdmissionTicketOut},
        tags=["tickets"],
    )
    @idempotent()
    def post(self, request: Request, session: str) -> Response:
        actions.sign_pledge(session, by=self.actor)
        return Response(AdmissionTicketOut(queries.status(self.actor, session)).data, status=201)


class AdmissionTicketPdf(Endpoint):
    renderer_classes = (JSONRenderer, FileRenderer)

    @extend_schema(
        operation_id="admission_ticket_pdf",
        summary="下载准考证（PDF）",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["tickets"],
    )
    @problems(Code.NOT_RELEASED, Code.PLEDGE_REQUIRED, Code.STATE_CONFLICT)
    def get(self, request: Request, session: str) -> HttpResponse:
        made = actions.ticket_pdf(session, by=self.actor)
        return private_file(made, "application/pdf", f"准考证-{session}.pdf")


class Verify(PublicEndpoint):
    """`code` is the printed 核验码, or the whole signed token of the QR code."""

    @extend_schema(
        operation_id="verify",
        summary="真伪核验：印在纸上的核验码，或者二维码的全部内容",
        responses=ProofOut,
        tags=["verify"],
    )
    def get(self, request: Request, code: str) -> Response:
        response = Response(ProofOut(queries.proof(code)).data)
        response["Cache-Control"] = "no-store"
        return response


class VerificationKey(PublicEndpoint):
    """The public key by which a QR code can be checked without us."""

    @extend_schema(
        operation_id="verification_key",
        summary="核验二维码签名的公钥，可离线核验",
        responses=PublicKeyOut,
        tags=["verify"],
    )
    def get(self, request: Request) -> Response:
        response = Response({"algorithm": "Ed25519", "public_key": public_key_pem()})
        response["Cache-Control"] = "public, max-age=86400"
        return response
