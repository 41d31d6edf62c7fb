"""The two groups of business tiles, and the pictures that a tile may carry."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Words


class TileGroup(models.TextChoices):
    QUERY = "query", _("业务查询")
    BUSINESS = "business", _("业务办理")


def group_choices() -> list[tuple[str, Words]]:
    return list(TileGroup.choices)
