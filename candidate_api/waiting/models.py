from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from candidate_api.waiting.rules import OPENS_ABOVE, PER_MINUTE, Mode


class WaitingRoom(models.Model):
    """排队等候, one row: whether there is a line before the write journeys, and how quickly it moves.

    `open_until` is set where the room has opened by itself; `opening` numbers the openings, so that a place of an
    earlier one is none of this one. `counted_at` is up to when admissions have been given.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    mode = models.CharField(_("方式"), max_length=4, choices=Mode.choices, default=Mode.AUTO)
    per_minute = models.PositiveIntegerField(_("每分钟放行人数"), default=PER_MINUTE)
    opens_above = models.PositiveIntegerField(_("每分钟提交超过此数时自动开启"), default=OPENS_ABOVE)
    opening = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    counted_at = models.DateTimeField()
    changed_at = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("排队等候")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="waiting_one_room"),
            models.CheckConstraint(condition=Q(per_minute__gt=0, opens_above__gt=0), name="waiting_room_moves"),
        ]

    def __str__(self) -> str:
        return self.get_mode_display()


class WaitingPlace(models.Model):
    """One person's place in one opening: the key is the order of arrival, and nobody else can use it.

    Waiting until `admitted_at`; then they may write until `until`. `seen_at`: when they last asked.
    """

    opening = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    arrived_at = models.DateTimeField(_("取号时间"), db_index=True)
    seen_at = models.DateTimeField(_("最近询问"))
    admitted_at = models.DateTimeField(_("放行时间"), null=True)
    until = models.DateTimeField(_("办理截止"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("排队位置")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opening", "user"], name="waiting_place_once"),
            models.CheckConstraint(
                condition=Q(admitted_at=None, until=None) | Q(until__gt=F("admitted_at")),
                name="waiting_admitted_for_a_while",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opening", "id"], condition=Q(admitted_at=None), name="waiting_line"),
        ]

    def __str__(self) -> str:
        return f"{self.opening}#{self.pk}"
