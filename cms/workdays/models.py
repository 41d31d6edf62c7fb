from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SpecialDayManager(models.Manager["SpecialDay"]):
    def get_by_natural_key(self, day: date) -> "SpecialDay":
        """The entry of that day; raises `DoesNotExist`."""
        return self.get(day=day)


class SpecialDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a weekend day that is worked on (调休)."""

    day = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("上班"), default=False, help_text=_("调休上班的周末勾选；放假则不勾选。"))
    name = models.CharField(_("说明"), max_length=40, help_text=_("如：国庆节"))

    objects: ClassVar[SpecialDayManager] = SpecialDayManager()

    class Meta:
        verbose_name = verbose_name_plural = _("节假日与调休")
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

    def natural_key(self) -> tuple[Any, ...]:
        return (self.day,)
