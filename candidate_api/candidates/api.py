"""A person's own record over the API."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.candidates import actions, photo, queries
from candidate_api.candidates.serializers import ContactIn, PhotoCheckOut, ProfileIn, ProfileOut
from portal.kernel import clock
from portal.kernel.api import Endpoint, FileRenderer, idempotent, problems
from portal.kernel.downloads import private_file
from portal.kernel.errors import Code, Problem, invalid

PHOTO_BODY = {
    "multipart/form-data": {
        "type": "object",
        "required": ["photo"],
        "properties": {"photo": {"type": "string", "format": "binary"}},
    }
}


class Profile(Endpoint):
    @extend_schema(operation_id="profile", summary="个人基本信息", responses=ProfileOut, tags=["candidates"])
    def get(self, request: Request) -> Response:
        return Response(ProfileOut(queries.of(self.actor)).data)

    @extend_schema(
        operation_id="save_profile",
        summary="修改个人基本信息，未提到的不变",
        request=ProfileIn,
        responses=ProfileOut,
        tags=["candidates"],
    )
    @problems(Code.PROOF_REQUIRED, Code.INVALID_CREDENTIALS, Code.CODE_INVALID)
    def patch(self, request: Request) -> Response:
        given = ProfileIn.read(request)
        actions.save_profile(given, given.pop("proof"), by=self.actor)
        return Response(ProfileOut(queries.of(self.actor)).data)


class ContactConfirmation(Endpoint):
    @extend_schema(
        operation_id="confirm_contact",
        summary="确认本次考试的手机号码和通信地址",
        request=ContactIn,
        responses=ProfileOut,
        tags=["candidates"],
    )
    @problems(Code.WINDOW_CLOSED, Code.ONBOARDING_INCOMPLETE)
    @idempotent()
    def post(self, request: Request) -> Response:
        actions.confirm_contact(ContactIn.read(request)["session"], by=self.actor)
        return Response(ProfileOut(queries.of(self.actor)).data)


class Photo(Endpoint):
    parser_classes = (MultiPartParser,)
    renderer_classes = (JSONRenderer, FileRenderer)

    @extend_schema(
        operation_id="photo",
        summary="本人照片",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
        tags=["candidates"],
    )
    @problems(Code.NOT_FOUND)
    def get(self, request: Request) -> HttpResponse:
        found = queries.of(self.actor).photo
        if found is None:
            raise Problem(Code.NOT_FOUND, _("还没有上传照片。"))
        return private_file(found.read(), found.content_type, found.name)

    @extend_schema(
        operation_id="set_photo", summary="上传照片", request=PHOTO_BODY, responses=ProfileOut, tags=["candidates"]
    )
    def put(self, request: Request) -> Response:
        actions.set_photo(_uploaded(request), by=self.actor)
        return Response(ProfileOut(queries.of(self.actor)).data)


class PhotoCheck(Endpoint):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="check_photo",
        summary="检查照片是否符合规格，不保存",
        request=PHOTO_BODY,
        responses=PhotoCheckOut,
        tags=["candidates"],
    )
    @problems(Code.PAYLOAD_TOO_LARGE)
    def post(self, request: Request) -> Response:
        judged = photo.judge(_uploaded(request), photo.spec_on(clock.today()))
        answer = {
            "ok": judged.content is not None,
            "converted": judged.converted,
            "errors": [{"code": f.code, "detail": str(f.detail)} for f in judged.faults],
        }
        return Response(PhotoCheckOut(answer).data)


def _uploaded(request: Request) -> bytes:
    file = request.FILES.get("photo")
    if file is None:
        raise invalid("photo", "required", "请选择照片。")
    return photo.read(file)
