from uuid import UUID

from django.http import HttpRequest, HttpResponse

from portal.kernel.downloads import private_file
from portal.kernel.edges import actor_of
from portal.kernel.files.queries import visible


def serve(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A private file for whoever may see it; never cached by anything shared."""
    file = visible(file_id, to=actor_of(request, "web"))
    return private_file(file.read(), file.content_type, file.name)
