"""What happens around every request: an id, a log context, a security policy."""

import re
from collections.abc import Callable
from uuid import uuid4

import structlog
from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import has_vary_header

Handler = Callable[[HttpRequest], HttpResponse]

log = structlog.get_logger("portal.request")
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,36}")
# What the API answers here is somebody's own, or a secret on its way to them.
_PERSONAL = ("/api/v1/me/", "/api/v1/auth/")

# Wagtail's editing screens use inline scripts and styles.
_ADMIN_POLICY = {"script-src": [SELF, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE], "frame-src": [SELF]}


def request_context(handle: Handler) -> Handler:
    """Give the request an id (the client's own where it is well-formed), to the log, the audit and the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid4())  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        response = handle(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        # Made for one person: no cache on the way may keep it.
        if "Authorization" in request.headers or request.path.startswith(_PERSONAL):
            response.headers["Cache-Control"] = "private, no-store"
        elif has_vary_header(response, "Cookie"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        # Wagtail says so of every document; no client knows such a coding.
        if response.headers.get("Content-Encoding") == "None":
            del response.headers["Content-Encoding"]
        # The path without its query: a query may hold what somebody searched for.
        log.info("request", method=request.method, path=request.path, status=response.status_code)
        return response

    return middleware


class SecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, a looser one for Wagtail's own screens, and the headers that Django lacks."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/"):
            parts.replace = _ADMIN_POLICY
        elif request.path.startswith("/api/v1/docs/"):
            parts.replace = {"style-src": [SELF, UNSAFE_INLINE], "script-src": [SELF, UNSAFE_INLINE]}
        elif request.path.startswith("/api/"):
            parts.replace = {"default-src": [NONE], "script-src": [NONE], "style-src": [NONE], "img-src": [NONE]}
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        return super().process_response(request, response)
