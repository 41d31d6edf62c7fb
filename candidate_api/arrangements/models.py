from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements.states import ARRANGEMENT, Why
from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Room
from candidate_api.sessions.rules import Sitting


def _staff(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


class Arrangement(models.Model):
    """考场编排 of one session: drawn in the background, published by a second person, from then on only amended.

    `seed` is what the lot is drawn from. While it is drawn, `done` of `total` entries have a seat, and the worker that
    holds `token` has it until `leased_until`. `shortages` says where seats were short (`rules.Shortage`), `clashes` how
    many neighbours take the same course as it was drawn. `version` is 1 when it is published and goes up with each
    amendment.
    """

    session = models.OneToOneField(ExamSession, models.PROTECT, related_name="arrangement", verbose_name=_("考期"))
    state = ARRANGEMENT.field()
    seed = models.CharField(_("随机种子"), max_length=64)
    requested_by = _staff(verbose_name=_("编排人"), null=True)
    requested_at = models.DateTimeField(_("提交时间"))
    token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    total = models.PositiveIntegerField(_("科次"), default=0)
    done = models.PositiveIntegerField(_("已编排"), default=0)
    drawn_at = models.DateTimeField(_("编排完成时间"), null=True)
    clashes = models.PositiveIntegerField(_("相邻同课程"), default=0)
    shortages = models.JSONField(_("座位不足"), default=list)
    published_by = _staff(verbose_name=_("发布人"), null=True)
    published_at = models.DateTimeField(_("发布时间"), null=True)
    version = models.PositiveIntegerField(_("版本"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("考场编排")
        ordering: ClassVar = ["-session__code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="published", published_by__isnull=False, published_at__isnull=False, version__gte=1)
                | (~Q(state="published") & Q(published_by=None, published_at=None, version=0)),
                name="arrangement_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | Q(requested_by=None) | ~Q(published_by=F("requested_by")),
                name="arrangement_published_by_another",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="arrangement_done_of_total"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} v{self.version}"

    @ARRANGEMENT.transition("finish")
    def finish(self) -> None:
        pass

    @ARRANGEMENT.transition("run_short")
    def run_short(self) -> None:
        pass

    @ARRANGEMENT.transition("redraw")
    def redraw(self) -> None:
        pass

    @ARRANGEMENT.transition("publish")
    def publish(self) -> None:
        pass


class Seat(models.Model):
    """座位: where one entry sits. Not to be told to anybody outside the office before the arrangement is published
    and the session's `tickets_at` has come.

    Session, slot and candidate repeat what the registration says so that the database can hold the rules: nobody
    twice in a slot, no chair twice.
    """

    registration = models.OneToOneField(Registration, models.PROTECT, related_name="seat")
    room = models.ForeignKey(Room, models.PROTECT, related_name="+", verbose_name=_("考场"))
    seat_no = models.PositiveSmallIntegerField(_("座位号"))
    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+", verbose_name=_("考期"))
    slot = models.PositiveSmallIntegerField(_("场次"))
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="+", verbose_name=_("考生"))

    class Meta:
        verbose_name = verbose_name_plural = _("座位")
        ordering: ClassVar = ["slot", "room", "seat_no"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "session", "slot", "seat_no"], name="seat_taken_once"),
            models.UniqueConstraint(fields=["candidate", "session", "slot"], name="seat_one_per_person_and_slot"),
            models.CheckConstraint(condition=models.Q(seat_no__gte=1), name="seat_no_from_one"),
            models.CheckConstraint(condition=models.Q(slot__gte=1, slot__lte=4), name="seat_slot_of_the_session"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}-{self.seat_no:02d}"

    @property
    def sitting(self) -> Sitting:
        """When it is; reads the session."""
        return self.session.slots[self.slot - 1]


class SeatChange(models.Model):
    """变动: one seat that is another one since this `version` of a published arrangement. Rows are only added.

    Without `from_room` somebody came late, without `to_room` the entry ended or moved to another place.
    """

    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="changes")
    version = models.PositiveIntegerField(_("版本"))
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField(_("场次"))
    why = models.CharField(_("变动"), max_length=10, choices=Why.choices)
    from_room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+", verbose_name=_("原考场"))
    from_seat = models.PositiveSmallIntegerField(_("原座位号"), null=True)
    to_room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+", verbose_name=_("现考场"))
    to_seat = models.PositiveSmallIntegerField(_("现座位号"), null=True)
    note = models.CharField(_("事由"), max_length=200, blank=True)
    by = _staff(verbose_name=_("操作人"), null=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("座位变动")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(from_room=None, from_seat=None) | Q(from_room__isnull=False, from_seat__isnull=False),
                name="seat_change_from_a_seat",
            ),
            models.CheckConstraint(
                condition=Q(to_room=None, to_seat=None) | Q(to_room__isnull=False, to_seat__isnull=False),
                name="seat_change_to_a_seat",
            ),
            models.CheckConstraint(
                condition=Q(why="late", from_room=None, to_room__isnull=False)
                | Q(why="withdrawn", from_room__isnull=False, to_room=None)
                | Q(why="moved", from_room__isnull=False, to_room__isnull=False),
                name="seat_change_as_it_says",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} v{self.version}"
