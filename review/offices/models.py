from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from review.offices.states import OfficeKind, Role


class OfficeManager(models.Manager["Office"]):
    def get_by_natural_key(self, code: str) -> "Office":
        """The office of that code; raises `DoesNotExist`."""
        return self.get(code=code)


class Office(models.Model):
    """An office that decides: the province, its cities and counties, the host schools; a tree by `path`.

    `path` is `/45/`, `/45/450100/`, `/45/s10593/`: who acts for an office acts for every path that begins with its own.
    """

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=10, choices=OfficeKind.choices)
    path = models.CharField(max_length=60, unique=True)

    objects: ClassVar[OfficeManager] = OfficeManager()

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[Any, ...]:
        return (self.code,)


class StaffRole(models.Model):
    """One role that a member of staff holds at one office."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="staff_roles")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("机构"))
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = _("工作人员角色")
        verbose_name_plural = _("工作人员角色")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "office", "role"], name="staff_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} @ {self.office_id}"
