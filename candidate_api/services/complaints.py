"""咨询投诉 over the API: a candidate's own, and nobody else's."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.services.serializers import Instant
from cms.complaints import actions, queries
from cms.complaints.models import Complaint
from cms.complaints.rules import COMMENT, CONTACT, CONTENT, TITLE, candidates_moves
from cms.complaints.states import ACTIONS, COMPLAINT, Due, Kind
from portal.kernel import clock
from portal.kernel.api import (
    PAGING,
    Endpoint,
    FileRenderer,
    Input,
    Pages,
    PublicEndpoint,
    idempotent,
    page,
    paged,
    problems,
)
from portal.kernel.downloads import private_file
from portal.kernel.errors import Code, Problem
from portal.kernel.papers import read
from portal.kernel.text import clean

FILE_BODY = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}


class CategoryOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()


class ComplaintOut(serializers.Serializer[Complaint]):
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    kind_label = serializers.CharField(source="get_kind_display")
    category = serializers.CharField(source="category.code")
    category_label = serializers.CharField(source="category.label")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=COMPLAINT.choices)
    state_label = serializers.CharField(source="get_state_display")
    allowed_actions = serializers.SerializerMethodField()
    created_at = Instant()
    due_at = Instant(allow_null=True, help_text="until when it is to be accepted, then answered")
    due = serializers.ChoiceField(choices=Due.choices)
    answered_at = Instant(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS)))
    def get_allowed_actions(self, complaint: Complaint) -> list[str]:
        return candidates_moves(complaint.state, complaint.answered_at, clock.now())


class ComplaintFileOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="file.pk")
    name = serializers.CharField(source="file.name")
    content_type = serializers.CharField(source="file.content_type")
    size = serializers.IntegerField(source="file.size", help_text="bytes")


class ComplaintMessageOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    from_staff = serializers.BooleanField(source="is_staff")
    text = serializers.CharField()
    created_at = Instant()
    attachments = ComplaintFileOut(source="files", many=True, help_text="what came with the office's answer")


class ComplaintDetailOut(ComplaintOut):
    content = serializers.CharField()
    contact = serializers.CharField()
    is_public = serializers.BooleanField()
    comment = serializers.CharField()
    messages = serializers.SerializerMethodField()
    attachments = serializers.SerializerMethodField()

    @extend_schema_field(ComplaintMessageOut(many=True))
    def get_messages(self, complaint: Complaint) -> Any:
        return ComplaintMessageOut(queries.thread(complaint), many=True).data

    @extend_schema_field(ComplaintFileOut(many=True))
    def get_attachments(self, complaint: Complaint) -> Any:
        return ComplaintFileOut(queries.candidates_files(complaint), many=True).data


class ComplaintIn(Input):
    kind = serializers.ChoiceField(choices=Kind.choices)
    category = serializers.CharField(max_length=20)
    title = serializers.CharField(max_length=TITLE)
    content = serializers.CharField(max_length=CONTENT)
    contact = serializers.CharField(max_length=CONTACT, required=False, allow_blank=True)
    is_public = serializers.BooleanField(required=False)

    def validate_title(self, value: str) -> str:
        return clean(value)


class ComplaintTextIn(Input):
    text = serializers.CharField(max_length=CONTENT)


class RatingIn(Input):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=COMMENT, required=False, allow_blank=True)


class Categories(PublicEndpoint):
    pagination_class = Pages

    @extend_schema(
        operation_id="complaint_categories",
        summary="咨询投诉的业务分类",
        parameters=PAGING,
        responses=paged(CategoryOut),
        tags=["complaints"],
    )
    def get(self, request: Request) -> Response:
        return page(self, queries.categories(), CategoryOut)


class Complaints(Endpoint):
    @extend_schema(
        operation_id="my_complaints",
        summary="我的咨询投诉，最新的在前",
        parameters=PAGING,
        responses=paged(ComplaintOut),
        tags=["complaints"],
    )
    def get(self, request: Request) -> Response:
        return page(self, queries.own(self.actor), ComplaintOut)

    @extend_schema(
        operation_id="submit_complaint",
        summary="提交咨询、投诉、建议或举报",
        request=ComplaintIn,
        responses={201: ComplaintDetailOut},
        tags=["complaints"],
    )
    @problems(Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request) -> Response:
        made = actions.submit(**ComplaintIn.read(request), by=self.actor)
        return Response(ComplaintDetailOut(made).data, status=201)


class OneComplaint(Endpoint):
    @extend_schema(
        operation_id="my_complaint", summary="一条咨询投诉和往来", responses=ComplaintDetailOut, tags=["complaints"]
    )
    @problems(Code.NOT_FOUND)
    def get(self, request: Request, number: str) -> Response:
        return Response(ComplaintDetailOut(queries.own_one(self.actor, number)).data)


class _Change(Endpoint):
    def answer(self, number: str, status: int = 200) -> Response:
        return Response(ComplaintDetailOut(queries.own_one(self.actor, number)).data, status=status)


class Messages(_Change):
    @extend_schema(
        operation_id="add_complaint_message",
        summary="在答复前补充说明",
        request=ComplaintTextIn,
        responses={201: ComplaintDetailOut},
        tags=["complaints"],
    )
    @problems(Code.NOT_FOUND, Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        actions.add_message(number, ComplaintTextIn.read(request)["text"], by=self.actor)
        return self.answer(number, 201)


class Attachments(_Change):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="attach_to_complaint",
        summary="上传附件：JPG、PNG、HEIC图片或PDF，每个不超过10MB，最多6个",
        request=FILE_BODY,
        responses={201: ComplaintDetailOut},
        tags=["complaints"],
    )
    @problems(Code.NOT_FOUND, Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        file = request.FILES.get("file")
        content = read(file)
        actions.attach(number, content, (file and file.name) or "", by=self.actor)
        return self.answer(number, 201)


class OneAttachment(Endpoint):
    renderer_classes = (JSONRenderer, FileRenderer)

    @extend_schema(
        operation_id="complaint_attachment",
        summary="下载附件",
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
        tags=["complaints"],
    )
    @problems(Code.NOT_FOUND)
    def get(self, request: Request, number: str, file_id: UUID) -> HttpResponse:
        found = queries.files(queries.own_one(self.actor, number)).filter(file=file_id).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return private_file(found.file.read(), found.file.content_type, found.file.name, attached=True)


class Rating(_Change):
    @extend_schema(
        operation_id="rate_complaint",
        summary="评价答复，1至5分",
        request=RatingIn,
        responses={200: ComplaintDetailOut},
        tags=["complaints"],
    )
    @problems(Code.NOT_FOUND, Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        actions.rate(number, **RatingIn.read(request), by=self.actor)
        return self.answer(number)


class Close(_Change):
    @extend_schema(
        operation_id="close_complaint",
        summary="关闭咨询投诉",
        request=None,
        responses={200: ComplaintDetailOut},
        tags=["complaints"],
    )
    @problems(Code.NOT_FOUND, Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        actions.close(number, by=self.actor)
        return self.answer(number)


class Reopen(_Change):
    @extend_schema(
        operation_id="reopen_complaint",
        summary="答复后7天内追问",
        request=ComplaintTextIn,
        responses={200: ComplaintDetailOut},
        tags=["complaints"],
    )
    @problems(Code.NOT_FOUND, Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        actions.reopen(number, ComplaintTextIn.read(request)["text"], by=self.actor)
        return self.answer(number)
