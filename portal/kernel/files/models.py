"""Files that belong to a person: outside the web root, under a name that says nothing."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.crypto.envelope import unwrap
from portal.kernel.crypto.fields import EncryptedTextField


def _private_storage() -> Storage:
    return storages["private"]


def _path(instance: "PrivateFile", filename: str) -> str:
    name = str(instance.pk)
    return f"{name[:2]}/{name}"


class PrivateFile(models.Model):
    """`kind` names the noun that decides who may open it (see files.queries); `name` is what a download is called."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(_("文件名"), max_length=120)
    content_type = models.CharField(_("类型"), max_length=60)
    size = models.PositiveIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64)
    # What opens the content; empty where it lies open (the demo's drawn faces).
    key = EncryptedTextField(default="", db_default="")
    content = models.FileField(storage=_private_storage, upload_to=_path)
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    # From then on nobody opens it, and a job removes it; None: it stays.
    expires_at = models.DateTimeField(_("失效时间"), null=True, db_index=True)

    class Meta:
        verbose_name = _("私有文件")
        verbose_name_plural = _("私有文件")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def read(self) -> bytes:
        """What was kept. Raises Undecipherable where the stored bytes are not what was written."""
        with self.content.open("rb") as stored:
            kept: bytes = stored.read()
        return unwrap(self.key, kept) if self.key else kept
