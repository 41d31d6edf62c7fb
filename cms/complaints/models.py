from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cms.complaints.rules import PLACEHOLDERS, SUPPORT, TITLE, due, unknown_placeholders
from cms.complaints.states import COMPLAINT, Due, Kind
from portal.kernel import clock
from portal.kernel.crypto.fields import EncryptedTextField
from portal.kernel.files.models import PrivateFile


class ByCode(models.Manager[Any]):
    def get_by_natural_key(self, code: str) -> Any:
        """The row of that code; raises `DoesNotExist`."""
        return self.get(code=code)


class SupportTeam(models.Model):
    """Who answers: its members see the complaints that are routed to it, and no others."""

    code = models.SlugField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True, "is_active": True, "groups__name": SUPPORT},
        verbose_name=_("成员"),
        help_text=_("先在“工作人员”中任命为咨询人员。"),
    )

    objects: ClassVar[ByCode] = ByCode()

    class Meta:
        verbose_name = verbose_name_plural = _("答复组")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[Any, ...]:
        return (self.code,)


class ComplaintCategory(models.Model):
    """业务分类, and the team that its complaints go to. What is no longer used is hidden, not deleted."""

    code = models.SlugField(_("代码"), max_length=20, unique=True)
    label = models.CharField(_("名称"), max_length=40)
    team = models.ForeignKey(SupportTeam, models.PROTECT, related_name="+", verbose_name=_("答复组"))
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    objects: ClassVar[ByCode] = ByCode()

    class Meta:
        verbose_name = verbose_name_plural = _("业务分类")
        ordering: ClassVar = ["order", "code"]

    def __str__(self) -> str:
        return self.label

    def natural_key(self) -> tuple[Any, ...]:
        return (self.code,)


class CannedAnswer(models.Model):
    """A text that a team often answers with; `{number}`, `{title}` and `{category}` are filled in."""

    team = models.ForeignKey(SupportTeam, models.CASCADE, related_name="canned", verbose_name=_("答复组"))
    title = models.CharField(_("名称"), max_length=40)
    text = models.TextField(
        _("内容"), max_length=2000, help_text=_("可用 {number}（编号）、{title}（标题）、{category}（分类）。")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("常用答复")
        ordering: ClassVar = ["team", "title"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if unknown := unknown_placeholders(self.text):
            known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
            words = {"unknown": unknown[0], "known": known}
            raise ValidationError({"text": gettext("没有{%(unknown)s}这个占位符，可用：%(known)s。") % words})


class Complaint(models.Model):
    """One 咨询, 投诉, 建议 or 举报 of a candidate. `holder` is answering it until `held_until`; then others may."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提交人"))
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    category = models.ForeignKey(ComplaintCategory, models.PROTECT, related_name="+", verbose_name=_("业务分类"))
    team = models.ForeignKey(SupportTeam, models.PROTECT, related_name="+", verbose_name=_("答复组"))
    title = models.CharField(_("标题"), max_length=TITLE)
    content = EncryptedTextField(_("内容"))
    contact = EncryptedTextField(_("联系方式"), blank=True, default="")
    # That the office may take it up in 常见问题, without a name; nothing is shown to anybody by this alone.
    is_public = models.BooleanField(_("同意公开"), default=False)
    state = COMPLAINT.field()
    created_at = models.DateTimeField(_("提交时间"))
    accept_due_at = models.DateTimeField(_("受理时限"))
    answer_due_at = models.DateTimeField(_("答复时限"))
    accepted_at = models.DateTimeField(_("受理时间"), null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    held_until = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(_("评分"), null=True)
    comment = EncryptedTextField(_("评价"), blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("咨询投诉")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(holder=None, held_until=None) | Q(state="handling", held_until__isnull=False),
                name="complaint_held_while_handled",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(1, 5), state="rated"), name="complaint_rated_1_to_5"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "rated"], answered_at=None), name="complaint_answered_at_some_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["team", "state", "-id"], name="complaint_of_team"),
            models.Index(fields=["author", "-id"], name="complaint_of_author"),
            models.Index(fields=["created_at"], name="complaint_by_day"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def due(self) -> Due:
        return due(self.state, self.accept_due_at, self.answer_due_at, clock.now())

    @property
    def due_at(self) -> Any:
        """The deadline that counts now; None once it is done."""
        return {"pending": self.accept_due_at, "handling": self.answer_due_at}.get(self.state)

    @property
    def is_held(self) -> bool:
        """Whether somebody is answering it at this moment."""
        return self.held_until is not None and self.held_until > clock.now()

    @COMPLAINT.transition("accept")
    def accept(self) -> None:
        self.accepted_at = clock.now()

    @COMPLAINT.transition("answer")
    def answer(self) -> None:
        self.answered_at = clock.now()
        self.holder = self.held_until = None

    @COMPLAINT.transition("transfer")
    def transfer(self, team: SupportTeam) -> None:
        self.team = team
        self.holder = self.held_until = None

    @COMPLAINT.transition("rate")
    def rate(self, rating: int, comment: str) -> None:
        self.rating, self.comment = rating, comment

    @COMPLAINT.transition("reopen")
    def reopen(self) -> None:
        self.rating = self.accepted_at = None

    @COMPLAINT.transition("close")
    def close(self) -> None:
        self.holder = self.held_until = None


class ComplaintMessage(models.Model):
    """One entry of the thread. What is `internal` never reaches the candidate."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="thread")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_staff = models.BooleanField()
    internal = models.BooleanField(default=False)
    text = EncryptedTextField(_("内容"))
    created_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("咨询投诉往来")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(internal=False) | Q(is_staff=True), name="complaint_note_by_staff"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ComplaintFile(models.Model):
    """A picture or PDF: the candidate's, or what the office has sent with its answer `message`."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="files")
    message = models.ForeignKey(ComplaintMessage, models.PROTECT, null=True, related_name="files")
    file = models.OneToOneField(PrivateFile, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("咨询投诉附件")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"
