"""Answers where no page could: in the shape that the asker reads."""

import logging

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.log import log_response

from portal.kernel.api import problem_response
from portal.kernel.errors import STATUS, Code

# What Django refuses to read; each has a limit in the settings.
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not isinstance(exception, TOO_LARGE):
        return _failure(request, Code.MALFORMED)
    response = _failure(request, Code.PAYLOAD_TOO_LARGE)
    # Said here, once: Django would call it an error of ours, with a traceback.
    logger = logging.getLogger(f"django.security.{type(exception).__name__}")
    log_response("%s: %s", str(exception), request.path, request=request, response=response, logger=logger)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _failure(request, Code.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return _failure(request, Code.SERVER_ERROR)


def _failure(request: HttpRequest, code: Code) -> HttpResponse:
    request_id = getattr(request, "request_id", "")
    if request.path.startswith("/api/"):
        return problem_response(code, request_id)
    status = STATUS[code]
    # Without the request's context processors: they may be what failed.
    return render(None, f"errors/{status:d}.html", {"request_id": request_id}, status=status)
