from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, District
from candidate_api.payments.models import Order
from candidate_api.registrations.states import LIVE, REGISTRATION
from candidate_api.sessions.models import ExamSession, Offering
from candidate_api.sessions.rules import Sitting


class Registration(models.Model):
    """科次: one candidate takes one course in one session at one district. `fee_fen` is what it costs, in fen.

    Session, course and slot repeat what the offering says so that the database can hold the rules: a course once, a
    slot once. While it is live it holds a seat of its district and slot, where the office has set a limit.
    """

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="registrations")
    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField(_("场次"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("考区"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="registrations")
    fee_fen = models.PositiveIntegerField(_("报考费（分）"))
    state = REGISTRATION.field()
    created_at = models.DateTimeField(_("报考时间"))
    confirmed_at = models.DateTimeField(_("报考成功时间"), null=True)

    # Whether a 停考 keeps its candidate out of the session, of rows that `queries.visible_to` has found.
    is_suspended: bool = False

    class Meta:
        verbose_name = _("报考")
        verbose_name_plural = _("报考")
        ordering: ClassVar = ["slot", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["candidate", "session", "course"],
                condition=models.Q(state__in=LIVE),
                name="registration_course_once",
            ),
            models.UniqueConstraint(
                fields=["candidate", "session", "slot"],
                condition=models.Q(state__in=LIVE),
                name="registration_slot_once",
            ),
            models.CheckConstraint(
                condition=models.Q(slot__gte=1, slot__lte=4), name="registration_slot_of_the_session"
            ),
            models.CheckConstraint(condition=models.Q(fee_fen__gt=0), name="registration_fee_positive"),
            models.CheckConstraint(
                condition=models.Q(state="confirmed", confirmed_at__isnull=False) | ~models.Q(state="confirmed"),
                name="registration_confirmed_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["session", "district", "slot"], name="registration_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.course_id} {self.session_id}"

    @property
    def sitting(self) -> Sitting:
        """When it is; reads the session."""
        return self.session.slots[self.slot - 1]

    @REGISTRATION.transition("cancel")
    def cancel(self) -> None:
        pass

    @REGISTRATION.transition("expire")
    def expire(self) -> None:
        pass

    @REGISTRATION.transition("confirm")
    def confirm(self) -> None:
        pass

    @REGISTRATION.transition("refund")
    def refund(self) -> None:
        pass

    @REGISTRATION.transition("restore")
    def restore(self) -> None:
        pass
