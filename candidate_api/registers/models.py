from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.files.models import PrivateFile
from review.applications.models import Application


class Register(models.Model):
    """登记表 or 申请表 of one application in one version, as it was printed.

    `digest` is a keyed digest of all that is on it, what was handed in among it: what changes is a new version with a
    code of its own, and the older ones stay to be checked.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="registers", verbose_name=_("业务申请"))
    title = models.CharField(_("表名"), max_length=60)
    round = models.PositiveSmallIntegerField(_("第几次提交"))
    code = models.CharField(_("核验码"), max_length=16, unique=True)
    digest = models.CharField(_("内容摘要"), max_length=90)
    file = models.ForeignKey(PrivateFile, models.PROTECT, related_name="+", verbose_name=_("文件"))
    issued_at = models.DateTimeField(_("签发时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("登记表")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "digest"], name="register_once_a_version"),
        ]

    def __str__(self) -> str:
        return self.code
