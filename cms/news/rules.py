"""Who a notice is for. Codes are the API's."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Words


class Target(models.TextChoices):
    ALL = "all", _("全区考生")
    CITY = "city", _("某市考生")
    SCHOOL = "school", _("某主考学校考生")
    MAJOR = "major", _("某专业考生")


def target_choices() -> list[tuple[str, Words]]:
    return list(Target.choices)
