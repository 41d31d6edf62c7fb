from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.models import Course, District
from candidate_api.catalogue.models.fields import session_code
from candidate_api.catalogue.natural import Natural
from candidate_api.catalogue.states import FeeClass
from candidate_api.sessions import rules
from portal.kernel.language import is_chinese
from portal.kernel.money import yuan


class ExamSession(Natural):
    """考期. Its days may be moved (it has happened): offerings name slots, never dates.

    Fees are in fen. `tickets_at` and `scores_at` are the instants from which tickets and scores may be seen; None
    while they are not fixed. The office sets them as 办理时间 (开放查询); these columns follow
    (`actions.follow_release`) and nobody edits them. `closed`: the books are shut, nothing of it changes any more.
    """

    code = session_code(_("考期代码"), unique=True)
    name = models.CharField(_("名称"), max_length=60)
    first_day = models.DateField(_("第一天"))
    second_day = models.DateField(_("第二天"))
    max_courses = models.PositiveSmallIntegerField(_("每人最多报考门数"), default=4)
    fee_normal_fen = models.PositiveIntegerField(_("普通课程报考费（分）"), default=4000)
    fee_special_fen = models.PositiveIntegerField(_("特殊课程报考费（分）"), default=7000)
    tickets_at = models.DateTimeField(_("准考证开放时间"), null=True, blank=True, editable=False)
    scores_at = models.DateTimeField(_("成绩公布时间"), null=True, blank=True, editable=False)
    closed = models.BooleanField(_("已结束"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("考期")
        ordering: ClassVar = ["-code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(second_day__gt=F("first_day")),
                name="session_days_in_order",
                violation_error_message=_("第二天须晚于第一天。"),
            ),
            models.CheckConstraint(
                condition=Q(max_courses__gte=1, max_courses__lte=4),
                name="session_one_course_per_slot",
                violation_error_message=_("每人最多报考门数为1至4门，每场一门。"),
            ),
            models.CheckConstraint(
                condition=Q(fee_normal_fen__gt=0, fee_special_fen__gt=0),
                name="session_fees_positive",
                violation_error_message=_("报考费须大于零。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """What it is called in the active language: by the office's name, and to who does not read that, its month."""
        return self.name if is_chinese() else rules.month_name(self.code)

    def fee_fen(self, fee_class: str) -> int:
        """What one course of that fee class costs in this session, in fen."""
        return {FeeClass.NORMAL: self.fee_normal_fen, FeeClass.SPECIAL: self.fee_special_fen}[FeeClass(fee_class)]

    @property
    def fees(self) -> list[rules.Fee]:
        """What a course of each fee class costs, in yuan."""
        return [rules.Fee(kind.value, kind.label, yuan(self.fee_fen(kind))) for kind in FeeClass]

    @property
    def slots(self) -> list[rules.Sitting]:
        """The four slots with their instants."""
        return rules.sittings(self.first_day, self.second_day)


class Offering(Natural):
    """A course sits in one slot of a session; `cancelled_at` where the office has taken it out again."""

    NATURAL_KEY = ("session__code", "course__code")

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="offerings", verbose_name=_("考期"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="offerings", verbose_name=_("课程"))
    slot = models.PositiveSmallIntegerField(_("场次"))
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("开考课程")
        ordering: ClassVar = ["session", "slot", "course__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "course"],
                name="offering_course_once",
                violation_error_message=_("该课程在本考期已有安排。"),
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1, slot__lte=4),
                name="offering_slot_of_the_session",
                violation_error_message=_("考期只有第1至第4场。"),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["session", "slot"], name="offering_by_slot")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.course_id} {self.slot}"

    @property
    def fee_fen(self) -> int:
        """What it costs, in fen; reads the session and the course."""
        return self.session.fee_fen(self.course.fee_class)

    @property
    def sitting(self) -> rules.Sitting:
        """When it is held; reads the session."""
        return self.session.slots[self.slot - 1]


class SeatPool(Natural):
    """One bucket of the seats of a district in one slot of a session: how many of it are taken, from the first one on,
    and its share of the limit that the office has set, if it has: `capacity` None is no limit.

    What a place has and what is taken of it is the sum over its buckets: several, so that those who register for one
    place do not all wait for one row.
    """

    NATURAL_KEY = ("session__code", "district__code", "slot", "bucket")
    STAMPED = False

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="seat_pools", verbose_name=_("考期"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("考区"))
    slot = models.PositiveSmallIntegerField(_("场次"))
    bucket = models.PositiveSmallIntegerField(_("分组"), default=0, db_default=0)
    capacity = models.PositiveIntegerField(_("容量"), null=True, blank=True)
    taken = models.PositiveIntegerField(_("已占用"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("考位")
        ordering: ClassVar = ["session", "district__code", "slot", "bucket"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "district", "slot", "bucket"], name="seat_pool_once"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=4), name="seat_pool_slot_of_the_session"),
            models.CheckConstraint(
                condition=Q(taken__gte=0) & (Q(capacity=None) | Q(taken__lte=F("capacity"))),
                name="seat_pool_never_overfull",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken}/{'∞' if self.capacity is None else self.capacity}"


class Site(Natural):
    """考点: a school whose rooms are used. College sites take in-school candidates alone."""

    class Kind(models.TextChoices):
        CITY = "city", _("市直考点")
        COLLEGE = "college", _("高校考点")

    NATURAL_KEY = ("district__code", "code")
    STAMPED = False

    district = models.ForeignKey(District, models.PROTECT, related_name="sites", verbose_name=_("考区"))
    code = models.CharField(_("考点代码"), max_length=2, validators=[RegexValidator(r"^[0-9]{2}\Z", _("两位数字。"))])
    name = models.CharField(_("名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=120)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices, default=Kind.CITY)

    class Meta:
        verbose_name = verbose_name_plural = _("考点")
        ordering: ClassVar = ["district__code", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "code"], name="site_code_once")]

    def __str__(self) -> str:
        return self.name


class Room(Natural):
    """考场 of a site, three digits. An accessible one is for candidates with 合理便利 alone."""

    NATURAL_KEY = ("site__district__code", "site__code", "number")
    STAMPED = False

    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms", verbose_name=_("考点"))
    number = models.CharField(_("考场号"), max_length=3, validators=[RegexValidator(r"^[0-9]{3}\Z", _("三位数字。"))])
    seats = models.PositiveSmallIntegerField(_("座位数"), default=30)
    accessible = models.BooleanField(
        _("无障碍考场"), default=False, help_text=_("只安排获准合理便利的考生，不计入考位容量。")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("考场")
        ordering: ClassVar = ["site", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "number"], name="room_number_once"),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=99),
                name="room_seats_two_digits",
                violation_error_message=_("座位数为1至99。"),
            ),
        ]

    def __str__(self) -> str:
        return self.number
