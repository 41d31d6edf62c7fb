"""业务办理 over the API: one set of endpoints for every type."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.applications.serializers import (
    MATERIAL_BODY,
    ApplicationIn,
    ApplicationListOut,
    ApplicationOut,
    ApplicationQuery,
    ConsentIn,
    DataIn,
    MaterialOut,
    TypeListOut,
    TypeOut,
)
from candidate_api.registers import actions as registers
from portal.kernel.api import PAGING, Endpoint, FileRenderer, idempotent, page, paged, problems
from portal.kernel.downloads import private_file
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.papers import read
from portal.kernel.users.models import User
from review.applications import actions, queries
from review.applications.models import Application
from review.types import queries as types


class ApplicationTypes(Endpoint):
    """A token is not needed."""

    permission_classes = ()

    @extend_schema(
        operation_id="application_types",
        summary="可以办理的业务及其办理时间",
        parameters=PAGING,
        responses=paged(TypeListOut),
        tags=["applications"],
    )
    def get(self, request: Request) -> Response:
        found = list(types.published())
        openings = types.openings(found, self.actor.user_id)
        return page(self, [{"type": t, "opening": openings[t.pk]} for t in found], TypeListOut)


class OneApplicationType(Endpoint):
    """A token is not needed; with one the answer also says whether its owner may apply."""

    permission_classes = ()

    @extend_schema(
        operation_id="application_type",
        summary="一项业务：说明、表单、材料、步骤；登录后另有能否申请及原因",
        responses=TypeOut,
        tags=["applications"],
    )
    def get(self, request: Request, slug: str) -> Response:
        type_ = types.one(slug)
        user = User.objects.filter(pk=self.actor.user_id, is_candidate=True).first()
        configuration, reasons = type_.configuration, types.obstacles(type_, user) if user else []
        shown = {
            "type": type_,
            "opening": types.opening(type_, self.actor.user_id),
            "eligibility": {"ok": not reasons, "reasons": reasons} if user else None,
            "configuration": configuration,
            "options": types.options(configuration, type_.kind, None if reasons else user),
        }
        return Response(TypeOut(shown).data)


class Applications(Endpoint):
    @extend_schema(
        operation_id="my_applications",
        summary="我的申请",
        parameters=[ApplicationQuery, *PAGING],
        responses=paged(ApplicationListOut),
        tags=["applications"],
    )
    def get(self, request: Request) -> Response:
        given, rows = ApplicationQuery.read(request), queries.mine(self.actor)
        if "type" in given:
            rows = rows.filter(type__slug=given["type"])
        if "state" in given:
            rows = rows.filter(state=given["state"])
        return page(self, rows, ApplicationListOut)

    @extend_schema(
        operation_id="start_application",
        summary="开始一件申请（草稿）",
        request=ApplicationIn,
        responses={201: ApplicationOut},
        tags=["applications"],
    )
    @problems(Code.WINDOW_CLOSED, Code.STATE_CONFLICT, Code.NOT_FOUND)
    @idempotent()
    def post(self, request: Request) -> Response:
        given = ApplicationIn.read(request)
        made = actions.start(given["type"], given["data"], by=self.actor)
        return Response(ApplicationOut.of(made), status=201)


class OneApplication(Endpoint):
    @extend_schema(operation_id="my_application", summary="一件申请", responses=ApplicationOut, tags=["applications"])
    def get(self, request: Request, number: str) -> Response:
        return Response(ApplicationOut.of(queries.own(self.actor, number)))

    @extend_schema(
        operation_id="save_application",
        summary="修改填写内容；未提到的不变，空值为删去",
        request=DataIn,
        responses=ApplicationOut,
        tags=["applications"],
    )
    @problems(Code.STATE_CONFLICT)
    def patch(self, request: Request, number: str) -> Response:
        saved = actions.save_draft(number, DataIn.read(request)["data"], by=self.actor)
        return Response(ApplicationOut.of(saved))


class Materials(Endpoint):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="add_material",
        summary="上传一份证明材料，或使用以前交过的",
        request=MATERIAL_BODY,
        responses={201: MaterialOut},
        tags=["applications"],
    )
    @problems(Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        key = str(request.data.get("key", ""))
        reuse = request.data.get("reuse")
        if reuse is not None:
            if not str(reuse).isdecimal() or len(str(reuse)) > 18:
                raise invalid("reuse", "invalid", _("没有这份材料。"))
            made = actions.reuse_paper(number, key, int(reuse), by=self.actor)
        else:
            made = actions.add_paper(number, key, read(request.FILES.get("file")), by=self.actor)
        return Response(MaterialOut(made).data, status=201)


class OneMaterial(Endpoint):
    @extend_schema(
        operation_id="material",
        summary="一份证明材料的文件",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, (200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["applications"],
    )
    def get(self, request: Request, number: str, material_id: int) -> HttpResponseBase:
        found = queries.own(self.actor, number).papers.select_related("file").filter(pk=material_id).first()
        if found is None:
            raise Problem(Code.NOT_FOUND, _("没有这份材料。"))
        return private_file(found.file.read(), found.file.content_type, found.file.name)

    @extend_schema(
        operation_id="remove_material", summary="删除一份证明材料", responses={204: None}, tags=["applications"]
    )
    @problems(Code.STATE_CONFLICT)
    def delete(self, request: Request, number: str, material_id: int) -> Response:
        actions.remove_paper(number, material_id, by=self.actor)
        return Response(status=204)


class RegisterPdf(Endpoint):
    renderer_classes = (JSONRenderer, FileRenderer)

    @extend_schema(
        operation_id="application_register",
        summary="下载登记表或申请表（PDF）",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["applications"],
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        file = registers.own(number, by=self.actor)
        return private_file(file.read(), "application/pdf", file.name)


class Consent(Endpoint):
    @extend_schema(
        operation_id="consent_to_application",
        summary="同意一份条款（按其版本）",
        request=ConsentIn,
        responses=ApplicationOut,
        tags=["applications"],
    )
    @problems(Code.STATE_CONFLICT)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        given = ConsentIn.read(request)
        return Response(ApplicationOut.of(actions.consent(number, given["key"], given["version"], by=self.actor)))


def _move(verb: Callable[..., Application], operation: str, summary: str, *codes: Code) -> type[Endpoint]:
    """An endpoint that makes one move and answers the application."""

    class Move(Endpoint):
        @extend_schema(
            operation_id=operation, summary=summary, request=None, responses=ApplicationOut, tags=["applications"]
        )
        @problems(Code.STATE_CONFLICT, *codes)
        @idempotent()
        def post(self, request: Request, number: str) -> Response:
            return Response(ApplicationOut.of(verb(number, by=self.actor)))

    return Move


_SUBMIT: tuple[Any, ...] = (Code.WINDOW_CLOSED, Code.PROOF_REQUIRED)
Submit = _move(actions.submit, "submit_application", "提交申请", *_SUBMIT)
Withdraw = _move(actions.withdraw, "withdraw_application", "撤回申请")
Confirm = _move(actions.confirm, "confirm_application", "确认信息无误")
Dispute = _move(actions.dispute, "dispute_application", "信息有误，修改重新提交")
