from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements.models import Arrangement
from candidate_api.sessions.models import Site
from candidate_api.sheets.states import SHEET, Kind
from portal.kernel.files.models import PrivateFile


class Sheet(models.Model):
    """考场用表: one kind of paper for all rooms of a site in one slot, as a private file.

    `version` is that of the arrangement which it was made from; whatever changed at the site since then is not on it
    (`queries.visible_to` says so as `outdated`). The file goes some time after the examination. While it is made, the
    worker that holds `token` has it until `leased_until`.
    """

    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("考点"))
    slot = models.PositiveSmallIntegerField(_("场次"))
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    state = SHEET.field()
    version = models.PositiveIntegerField(_("版本"), default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人")
    )
    requested_at = models.DateTimeField(_("提交时间"))
    made_at = models.DateTimeField(_("制作时间"), null=True)
    people = models.PositiveIntegerField(_("人数"), default=0)
    file = models.ForeignKey(PrivateFile, models.SET_NULL, null=True, related_name="+")
    token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("考场用表")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["arrangement", "site", "slot", "kind"],
                condition=Q(state__in=["queued", "failed"]),
                name="sheet_waits_once",
            ),
            models.UniqueConstraint(
                fields=["arrangement", "site", "slot", "kind", "version"],
                condition=Q(state="made"),
                name="sheet_once_a_version",
            ),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=4), name="sheet_slot_of_the_session"),
            models.CheckConstraint(
                condition=Q(state="made", made_at__isnull=False) | (~Q(state="made") & Q(made_at=None, file=None)),
                name="sheet_made_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.site_id}-{self.slot} v{self.version}"

    @SHEET.transition("finish")
    def finish(self) -> None:
        pass

    @SHEET.transition("give_up")
    def give_up(self) -> None:
        pass

    @SHEET.transition("retry")
    def retry(self) -> None:
        pass
