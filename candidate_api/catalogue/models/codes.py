from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.natural import Natural


class CodeItem(Natural):
    """One entry of a code list that people choose from: 民族, 政治面貌, 文化程度 …"""

    NATURAL_KEY = ("list", "code")

    list = models.SlugField(_("代码表"), max_length=30)
    code = models.CharField(_("代码"), max_length=20)
    label = models.CharField(_("名称"), max_length=60)
    order = models.PositiveSmallIntegerField(_("次序"))

    class Meta:
        verbose_name = verbose_name_plural = _("代码")
        ordering: ClassVar = ["list", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "code"], name="code_item_once_in_list"),
        ]

    def __str__(self) -> str:
        return self.label
