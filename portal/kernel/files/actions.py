import hashlib

from django.core.files.base import ContentFile

from portal.kernel.files.models import PrivateFile
from portal.kernel.users.models import User


def keep(content: bytes, *, kind: str, owner: User, name: str, content_type: str) -> PrivateFile:
    """Store checked content as a private file; the caller has judged it and named its type."""
    file = PrivateFile(
        kind=kind,
        owner=owner,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    file.content.save(name, ContentFile(content), save=False)
    file.save(force_insert=True)
    return file
