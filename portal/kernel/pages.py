"""Answers where no page could: in the shape that the asker reads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.kernel.api import problem_response
from portal.kernel.errors import Code


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _failure(request, Code.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return _failure(request, Code.SERVER_ERROR)


def _failure(request: HttpRequest, code: Code) -> HttpResponse:
    request_id = getattr(request, "request_id", "")
    if request.path.startswith("/api/"):
        return problem_response(code, request_id)
    status = {Code.NOT_FOUND: 404, Code.SERVER_ERROR: 500}[code]
    # Without the request's context processors: they may be what failed.
    return render(None, f"errors/{status}.html", {"request_id": request_id}, status=status)
