import io
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase

from portal.kernel.edges import actor_of
from portal.kernel.files.queries import visible

# Only what a browser shows without running anything; the rest is offered for download.
_INLINE = {"image/jpeg", "application/pdf"}


def serve(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """A private file for whoever may see it; never cached by anything shared."""
    file = visible(file_id, to=actor_of(request, "web"))
    response = FileResponse(
        io.BytesIO(file.read()),
        as_attachment=file.content_type not in _INLINE,
        filename=file.name,
        content_type=file.content_type,
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
