"""A person's own record over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.candidates import actions, photo, queries
from candidate_api.candidates.serializers import PhotoCheckOut, ProfileIn, ProfileOut
from portal.kernel import clock
from portal.kernel.api import Endpoint, problems
from portal.kernel.errors import Code, invalid

PHOTO_BODY = {
    "multipart/form-data": {
        "type": "object",
        "required": ["photo"],
        "properties": {"photo": {"type": "string", "format": "binary"}},
    }
}
# What may come in at all; the specification's own limit is told as one of its rules.
MOST_UPLOADED_BYTES = 10 * 1024 * 1024


class Profile(Endpoint):
    @extend_schema(operation_id="profile", responses=ProfileOut, tags=["candidates"])
    def get(self, request: Request) -> Response:
        return Response(ProfileOut(queries.of(self.actor)).data)

    @extend_schema(operation_id="save_profile", request=ProfileIn, responses=ProfileOut, tags=["candidates"])
    def patch(self, request: Request) -> Response:
        actions.save_profile(ProfileIn.read(request), by=self.actor)
        return Response(ProfileOut(queries.of(self.actor)).data)


class Photo(Endpoint):
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="set_photo", request=PHOTO_BODY, responses=ProfileOut, tags=["candidates"])
    def put(self, request: Request) -> Response:
        actions.set_photo(_uploaded(request), by=self.actor)
        return Response(ProfileOut(queries.of(self.actor)).data)


class PhotoCheck(Endpoint):
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="check_photo", request=PHOTO_BODY, responses=PhotoCheckOut, tags=["candidates"])
    @problems(Code.PAYLOAD_TOO_LARGE)
    def post(self, request: Request) -> Response:
        found = photo.faults(_uploaded(request), photo.spec_on(clock.today()))
        answer = {"ok": not found, "errors": [{"code": f.code, "detail": str(f.detail)} for f in found]}
        return Response(PhotoCheckOut(answer).data)


def _uploaded(request: Request) -> bytes:
    file = request.FILES.get("photo")
    if file is None:
        raise invalid("photo", "required", "请选择照片。")
    if file.size > MOST_UPLOADED_BYTES:
        raise invalid("photo", "too_large", "文件超过10MB，请选择较小的照片。")
    return bytes(file.read())
