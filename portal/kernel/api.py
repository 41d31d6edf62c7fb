"""What every DRF endpoint of the house shares: problem documents, pages, retry safety."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache, wraps
from typing import Any, NoReturn

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import exceptions, pagination, serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel.actor import Actor
from portal.kernel.edges import actor_of
from portal.kernel.errors import PROBLEM_TYPE, STATUS, TITLE, Code, FieldError, Problem
from portal.kernel.idempotency.actions import Answer, claim

log = structlog.get_logger("portal.api")
Method = Callable[..., Response]


class Endpoint(APIView):
    """One resource. `actor` is who asks; methods parse, call a verb and render."""

    @property
    def actor(self) -> Actor:
        return actor_of(self.request, "api")


@csrf_exempt
def nowhere(request: HttpRequest) -> NoReturn:
    """An address that is none, whatever is sent to it; else it would be looked for among the pages of the site."""
    raise Http404


class FileRenderer(BaseRenderer):
    """Lets a client ask for any type; a refusal is answered as JSON all the same."""

    media_type = "*/*"
    format = "file"
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return bytes(JSONRenderer().render(data))


class PublicEndpoint(Endpoint):
    """Open to everyone; a token is neither needed nor looked at."""

    authentication_classes = ()
    permission_classes = ()


class Input(serializers.Serializer):
    """A request body. What it does not declare is refused, so that a typo is told and not swallowed; and what is said
    to be text is text: no number, and no null byte that cleaning would let go unseen."""

    def to_internal_value(self, data: Any) -> Any:
        given = data if isinstance(data, dict) else {}
        wrong: dict[str, Any] = {
            name: [serializers.ErrorDetail(_("没有这个字段。"), code="unknown_field")]
            for name in given
            if name not in self.fields
        }
        for name, field in self.fields.items():
            value = given.get(name)
            if isinstance(field, serializers.CharField) and isinstance(value, int | float):
                wrong[name] = [serializers.ErrorDetail(_("请用文字（字符串）填写。"), code="invalid")]
            elif isinstance(value, str) and "\x00" in value:
                wrong[name] = [serializers.ErrorDetail(_("不能包含空字符。"), code="null_characters_not_allowed")]
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError({**error.detail, **wrong}) from error
        if wrong:
            raise serializers.ValidationError(wrong)
        return value

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The validated body; raises DRF's ValidationError."""
        reader = _reader(cls)
        if request.data is None:  # a body of `null`: of that the library speaks English alone
            reader.fail("invalid", datatype="null")
        return dict(reader.run_validation(request.data))


def _reader(shape: type[Input]) -> Input:
    """One of each for all requests: to make it, all its fields are copied, and it keeps nothing of what it reads."""
    return _made(shape, get_language())


@cache
def _made(shape: type[Input], language: str | None) -> Input:
    """By language: a field's sentences with a number in them stay in the one that they were first said in."""
    return shape()


class Query(Input):
    """The query string of a list, with its filters; `page` and `page_size` belong to the paginator."""

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        given = {k: v for k, v in request.query_params.items() if k not in {"page", "page_size"}}
        return dict(_reader(cls).run_validation(given))


class Pages(pagination.PageNumberPagination):
    """`{count, next, previous, results}`; at most 100 on a page."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """OpenAPI 3.1 has no `nullable`, which DRF writes still."""
        described: dict[str, Any] = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            address = described["properties"][name]
            del address["nullable"]
            address["type"] = ["string", "null"]
        return described


def page(
    endpoint: Endpoint,
    rows: Any,
    serializer: type[serializers.BaseSerializer[Any]],
    context: dict[str, Any] | None = None,
) -> Response:
    """One page of `rows`, serialized."""
    pages = Pages()
    chosen: Any = pages.paginate_queryset(rows, endpoint.request, view=endpoint)
    return pages.get_paginated_response(serializer(chosen, many=True, context=context or {}).data)


def paged(item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """For the OpenAPI document: what `page` answers for a list of `item`."""
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {
        "count": serializers.IntegerField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": item(many=True),
    }
    return inline_serializer(f"{item.__name__}Page", fields)


PAGING = [
    OpenApiParameter("page", int, description="页码，从1开始"),
    OpenApiParameter("page_size", int, description="每页条数，最多100"),
]


# -- refusals ---------------------------------------------------------------------------------------------------
def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal in the one shape. Unforeseen errors are Django's to log and answer."""
    problem = _problem(error)
    if problem is None:
        return None
    request_id = getattr(context["request"], "request_id", "")
    response = Response(problem.document(request_id), status=problem.status, content_type=PROBLEM_TYPE)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    if problem.status == STATUS[Code.NOT_AUTHENTICATED]:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _problem(error: Exception) -> Problem | None:
    match error:
        case Problem():
            return error
        case exceptions.ValidationError():
            fields = list(_flat(error.detail))
            detail = fields[0].detail if fields else TITLE[Code.VALIDATION_FAILED]
            return Problem(Code.VALIDATION_FAILED, detail, errors=fields)
        case exceptions.ParseError():
            return Problem(Code.MALFORMED, str(error.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Problem(Code.NOT_AUTHENTICATED)
        case exceptions.PermissionDenied() | PermissionDenied():
            return Problem(Code.PERMISSION_DENIED)
        case exceptions.NotFound() | Http404():
            return Problem(Code.NOT_FOUND)
        case exceptions.MethodNotAllowed():
            return Problem(Code.METHOD_NOT_ALLOWED)
        case exceptions.NotAcceptable():
            return Problem(Code.NOT_ACCEPTABLE)
        case exceptions.UnsupportedMediaType():
            return Problem(Code.UNSUPPORTED_MEDIA_TYPE)
        case exceptions.Throttled():
            return Problem(Code.THROTTLED, retry_after=int(getattr(error, "wait", None) or 60))
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            return Problem(Code.PAYLOAD_TOO_LARGE)
    return None


def _flat(detail: Any, path: str = "") -> Iterator[FieldError]:
    """DRF's nested error details as a flat list of dotted names."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, path if name == "non_field_errors" else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _flat(inner, f"{path}.{index}".lstrip(".") if nested else path)
    else:
        yield FieldError(path, str(getattr(detail, "code", "invalid")), str(detail))


# -- retry safety -----------------------------------------------------------------------------------------------
def idempotent(*, atomic: bool = True, door: Callable[..., object] | None = None) -> Callable[[Method], Method]:
    """Let a POST be repeated under one `Idempotency-Key`: the work is done once and answered alike.

    `atomic` puts the work and its stored answer into one transaction. Verbs that talk to the outside commit in
    steps and cannot be wrapped so: those are idempotent by their own state, and only their answer is kept.
    `door` is a verb that may refuse before the work and whose own changes stay; who is answered again does not pass it.
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        def wrapper(self: Endpoint, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            key = request.headers.get("Idempotency-Key")
            if key is None:
                if door is not None:
                    door(by=self.actor)
                return method(self, request, *args, **kwargs)
            who = f"user:{request.user.pk}" if request.user and request.user.is_authenticated else "anyone"
            body = request._request.body
            outcome = claim(who, key, method=str(request.method), path=request.path, body=body)
            if isinstance(outcome, Answer):
                replay = HttpResponse(outcome.body.encode(), status=outcome.status, content_type="application/json")
                replay["Idempotency-Replayed"] = "true"
                return replay
            try:
                if door is not None:
                    door(by=self.actor)
                with transaction.atomic() if atomic else nullcontext():
                    response = method(self, request, *args, **kwargs)
                    answer = _rendered(response)
                    outcome.store(response.status_code, answer)
                    return response
            except BaseException:
                outcome.release()
                raise

        wrapper.takes_idempotency_key = True  # type: ignore[attr-defined]  # the schema reads it
        return wrapper  # type: ignore[return-value]

    return decorate


def _rendered(response: Response) -> str:
    """The body as it is kept and as it is sent: made once."""
    if response.data is None:
        return ""
    body = JSONRenderer().render(response.data)
    response.content = body
    response["Content-Type"] = JSONRenderer.media_type
    return body.decode()


def problems(*codes: Code) -> Callable[[Method], Method]:
    """Declare the refusals of a method beyond the usual ones, for the OpenAPI document."""

    def decorate(method: Method) -> Method:
        method.problems = codes  # type: ignore[attr-defined]
        return method

    return decorate


# -- outside DRF ------------------------------------------------------------------------------------------------
def problem_response(code: Code, request_id: str) -> HttpResponse:
    """A problem document outside DRF: for paths that no endpoint answers, and for what went wrong unforeseen."""
    return problem_answer(Problem(code), request_id)


def problem_answer(problem: Problem, request_id: str) -> HttpResponse:
    """The document of a refusal outside DRF: before any endpoint was asked."""
    body = json.dumps(problem.document(request_id), ensure_ascii=False)
    response = HttpResponse(body, status=problem.status, content_type=PROBLEM_TYPE)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response
