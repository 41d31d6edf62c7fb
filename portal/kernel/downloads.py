"""What is for one person's eyes, as an answer: nothing on the way keeps it, and it is taken for nothing else."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from portal.kernel.tables import TYPES, Format

# Only what a browser shows without running anything; the rest is offered for download.
_INLINE = {"image/jpeg", "application/pdf"}


def private_file(content: bytes, content_type: str, name: str, *, attached: bool = False) -> HttpResponse:
    """The file, shown in the page where a browser can do that safely; `attached` offers it for download even so."""
    response = HttpResponse(content, content_type=content_type)
    _seal(response, name, attached=attached or content_type not in _INLINE)
    return response


def private_table(pieces: Iterator[bytes], name: str, format: Format) -> StreamingHttpResponse:
    """What `tables.stream` makes, for download as `name` with the format's ending."""
    response = StreamingHttpResponse(pieces, content_type=TYPES[format])
    _seal(response, f"{name}.{format}", attached=True)
    return response


def _seal(response: HttpResponseBase, name: str, *, attached: bool) -> None:
    response["Content-Disposition"] = content_disposition_header(attached, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
