from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Room
from candidate_api.sessions.rules import Sitting


class Seat(models.Model):
    """座位: where one entry sits. Not to be told to anybody outside the office before the session's `tickets_at`.

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
