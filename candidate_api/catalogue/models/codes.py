from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.natural import Natural
from candidate_api.catalogue.states import CodeList


class CodeItem(Natural):
    """One entry of a code list that people choose from: 民族, 政治面貌, 文化程度 …

    Candidates' records hold the code. So an entry is never deleted: one that `is_retired` keeps its label for those who
    have chosen it, and nobody chooses it any more.
    """

    NATURAL_KEY = ("list", "code")

    list = models.SlugField(_("代码表"), max_length=30, choices=CodeList.choices)
    code = models.CharField(_("代码"), max_length=20)
    label = models.CharField(_("名称"), max_length=60)
    order = models.PositiveSmallIntegerField(_("次序"))
    is_retired = models.BooleanField(_("停用"), default=False, db_default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("代码")
        ordering: ClassVar = ["list", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "code"], name="code_item_once_in_list"),
        ]

    def __str__(self) -> str:
        return self.label
