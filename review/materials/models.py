from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.files.models import PrivateFile


class Material(models.Model):
    """One paper of an application. The same file may serve several applications of its owner."""

    application = models.ForeignKey("review.Application", models.PROTECT, related_name="papers")
    key = models.CharField(_("材料代码"), max_length=40)
    file = models.ForeignKey(PrivateFile, models.PROTECT, related_name="+", verbose_name=_("文件"))
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("证明材料")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "key", "file"], name="material_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.file_id}"
