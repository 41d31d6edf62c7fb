import hashlib
from datetime import datetime

from django.core.files.base import ContentFile

from portal.kernel import clock
from portal.kernel.crypto.envelope import wrap
from portal.kernel.files.models import PrivateFile
from portal.kernel.users.models import User


def keep(
    content: bytes, *, kind: str, owner: User, name: str, content_type: str, expires_at: datetime | None = None
) -> PrivateFile:
    """Store checked content as a private file, encrypted; the caller has judged it and named its type."""
    key, sealed = wrap(content)
    file = PrivateFile(
        kind=kind,
        owner=owner,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        expires_at=expires_at,
        key=key,
    )
    file.content.save(name, ContentFile(sealed), save=False)
    file.save(force_insert=True)
    return file


def remove(file: PrivateFile) -> None:
    """Take a file away, content first: a row without content can be removed again, content without a row is lost."""
    file.content.delete(save=False)
    file.delete()


def forget_expired() -> int:
    """Remove what has expired; how many. Two at once remove each file once."""
    expired = list(PrivateFile.objects.filter(expires_at__lte=clock.now())[:500])
    for file in expired:
        remove(file)
    return len(expired)
