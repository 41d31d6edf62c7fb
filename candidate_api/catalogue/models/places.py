from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.models.fields import is_region_code
from candidate_api.catalogue.natural import Natural


class School(Natural):
    """主考学校, by the code of the Ministry of Education."""

    code = models.CharField(_("学校代码"), max_length=5, unique=True)
    name = models.CharField(_("学校名称"), max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = _("主考学校")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class District(Natural):
    """考区: a prefecture city, by GB/T 2260."""

    code = models.CharField(_("行政区划代码"), max_length=6, unique=True, validators=[is_region_code])
    name = models.CharField(_("名称"), max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = _("考区")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class Area(Natural):
    """A county or city district of a 考区, by GB/T 2260."""

    code = models.CharField(_("行政区划代码"), max_length=6, unique=True, validators=[is_region_code])
    name = models.CharField(_("名称"), max_length=30)
    district = models.ForeignKey(District, models.PROTECT, related_name="areas", verbose_name=_("考区"))

    class Meta:
        verbose_name = verbose_name_plural = _("县（市、区）")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name
