import json
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.kernel import clock
from portal.kernel.crypto.fields import EncryptedTextField
from portal.kernel.states import Who
from review.applications.states import APPLICATION, HELD, OPEN, TURNS, allowed, told
from review.offices.models import Office
from review.types.configuration import Answers, Configuration, MaterialRule, Step
from review.types.kinds import kind_of
from review.types.models import ApplicationType
from review.types.states import StepActor


def _user(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


class Application(models.Model):
    """A candidate's application. From the first submission on it goes by the configuration frozen into it.

    `turn` is who acts at the step in `submitted`, `office` the office that decides there, `origin` the first one
    that did. `due_at` ends the turn: an office is late after it, a candidate's application expires. `revision` counts
    changes, so that whoever decides about an older one is told. Answers are sealed.
    """

    number = models.CharField(_("申请编号"), max_length=20, null=True, unique=True)  # noqa: DJ001 -- unique
    type = models.ForeignKey(ApplicationType, models.PROTECT, related_name="+", verbose_name=_("业务"))
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("申请人")
    )
    state = APPLICATION.field()
    subject = models.CharField(max_length=120, blank=True)
    frozen = models.JSONField(null=True)
    sealed_answers = EncryptedTextField(_("填写内容"), default="{}")
    round = models.PositiveSmallIntegerField(_("提交次数"), default=0)
    step_index = models.PositiveSmallIntegerField(default=0)
    step_label = models.CharField(_("当前步骤"), max_length=40, blank=True)
    turn = models.CharField(max_length=10, choices=TURNS, blank=True)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("受理机构"))
    origin = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("首次受理机构"))
    due_at = models.DateTimeField(_("办理期限"), null=True)
    remarks = models.JSONField(_("退回意见"), default=list)
    outcome = models.CharField(_("结果代码"), max_length=40, blank=True)
    outcome_value = models.CharField(_("结果数值"), max_length=40, blank=True)
    # One verdict for each row of the question that the step decides row by row: pairs of passed and a note.
    verdicts = models.JSONField(_("逐行审核结果"), default=list)
    failed_checks = models.JSONField(default=list)
    # The candidate has until `due_at`; after it the application expires, whoever's turn it is.
    lapses = models.BooleanField(default=False)
    # Decided, and told when its office tells all of them: `approve` or `reject`, with what the candidate will read.
    held_verb = models.CharField(max_length=10, blank=True)
    held_note = models.CharField(max_length=500, blank=True)
    next_ask_at = models.DateTimeField(null=True)
    asked = models.PositiveSmallIntegerField(default=0)
    first_approver = _user(null=True, verbose_name=_("初审人"))
    claimed_by = _user(null=True, verbose_name=_("审核人"))
    claimed_until = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("创建时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    decided_at = models.DateTimeField(_("办结时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("业务申请")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["type", "applicant", "subject"], condition=Q(state__in=OPEN), name="application_one_open"
            ),
            models.CheckConstraint(
                condition=(Q(state="submitted") & ~Q(turn="")) | (~Q(state="submitted") & Q(turn="")),
                name="application_turn_while_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(turn__in=["office", HELD]) | Q(office__isnull=False),
                name="application_office_where_one_decides",
            ),
            models.CheckConstraint(condition=Q(round=0) | Q(frozen__isnull=False), name="application_frozen_once_sent"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, decided_at=None) | (~Q(state__in=OPEN) & Q(decided_at__isnull=False)),
                name="application_decided_when_over",
            ),
            models.CheckConstraint(
                condition=(Q(turn=HELD) & ~Q(held_verb="")) | (~Q(turn=HELD) & Q(held_verb="")),
                name="application_held_is_decided",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="application_claimed_until",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=Q(turn="office"), name="application_queue"),
            # The desk's list and the numbers on it are read from these alone, however long the rows are.
            models.Index(
                fields=["due_at", "id", "state", "turn", "office", "origin", "type"],
                condition=~Q(state="draft"),
                name="application_listed",
            ),
            models.Index(
                fields=["office", "due_at", "submitted_at", "first_approver", "claimed_by", "claimed_until", "id"],
                condition=Q(turn="office"),
                name="application_waiting",
            ),
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN), name="application_due"),
            models.Index(fields=["due_at"], condition=Q(lapses=True), name="application_lapses"),
            models.Index(fields=["next_ask_at"], condition=Q(turn="system"), name="application_to_ask"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    # -- thin moves ---------------------------------------------------------------------------------------------------
    @APPLICATION.transition("submit")
    def submit(self) -> None: ...

    @APPLICATION.transition("dispute")
    def dispute(self) -> None: ...

    @APPLICATION.transition("withdraw")
    def withdraw(self) -> None: ...

    @APPLICATION.transition("return_")
    def return_(self) -> None: ...

    @APPLICATION.transition("reject")
    def reject(self) -> None: ...

    @APPLICATION.transition("send_back")
    def send_back(self) -> None: ...

    @APPLICATION.transition("recall")
    def recall(self) -> None: ...

    @APPLICATION.transition("complete")
    def complete(self) -> None: ...

    @APPLICATION.transition("expire")
    def expire(self) -> None: ...

    # -- what it says -------------------------------------------------------------------------------------------------
    @property
    def answers(self) -> Answers:
        kept: Answers = json.loads(self.sealed_answers)
        return kept

    @answers.setter
    def answers(self, given: Answers) -> None:
        self.sealed_answers = json.dumps(given, ensure_ascii=False)

    def paper(self, key: str) -> bytes | None:
        """The last paper of that kind; None where there is none."""
        last = self.papers.filter(key=key).select_related("file").last()
        return last.file.read() if last else None

    def chosen(self, key: str) -> str:
        """What the chosen option was called when it was handed in; empty where it never was."""
        question = self.configuration.question(key) if self.frozen else None
        return dict(question.options).get(self.answers.get(key, ""), "") if question else ""

    @property
    def decided_rows(self) -> list[tuple[Answers, bool, str]]:
        """The rows that are decided one by one, each with whether it passed and what was said."""
        key = next((step.lines for step in self.configuration.steps if step.lines), "")
        rows = self.answers.get(key, [])
        return [(row, bool(v[0]), v[1]) for row, v in zip(rows, self.verdicts, strict=False)]

    @property
    def first_submitted_at(self) -> datetime | None:
        """When it was handed in for the first time; None for what never was."""
        if not self.round:
            return None
        return self.submissions.order_by("round").values_list("at", flat=True).first()

    @property
    def told_rows(self) -> list[tuple[Answers, bool, str]]:
        """The same for the candidate: once it is over."""
        return self.decided_rows if APPLICATION.states[self.state].final else []

    @property
    def passed_rows(self) -> list[Answers]:
        return [row for row, passed, _note in self.decided_rows if passed]

    @property
    def known(self) -> Answers:
        """The answers and what system steps have said no to: what conditions are held against."""
        return self.answers | {f"check.{key}": "failed" for key in self.failed_checks}

    def least(self, material: MaterialRule) -> int:
        """How many files of that kind it takes now; none while what a system looks up may still settle it by itself."""
        steps = self.configuration.steps
        step = steps[self.step_index] if self.step_index < len(steps) else None
        if (
            step is not None
            and step.ends_if_passed
            and step.key not in self.failed_checks
            and not kind_of(self.type.kind).skips(step, self)
        ):
            return 0
        return material.least(self.known)

    @property
    def configuration(self) -> Configuration:
        """What it goes by: as frozen, or while it was never sent, the type as it is now."""
        return Configuration.of_json(self.frozen) if self.frozen else self.type.configuration

    @property
    def step(self) -> Step | None:
        """The step that is on; None outside `submitted`."""
        return self.configuration.steps[self.step_index] if self.turn else None

    @property
    def has_lapsed(self) -> bool:
        """Whether the candidate's time is over, by the clock, also while no job has looked."""
        return self.lapses and self.due_at is not None and self.due_at <= clock.now()

    @property
    def is_unavailable(self) -> bool:
        """Whether a service that has to be asked gave no answer yet; it is asked again at `next_ask_at`."""
        return self.turn == StepActor.SYSTEM and self.asked > 0

    @property
    def state_label(self) -> str:
        """What the candidate reads: the step's own words while it is being dealt with."""
        if self.has_lapsed:
            return str(APPLICATION.states["expired"].label)
        return self.step_label if self.turn else str(APPLICATION.states[self.state].label)

    @property
    def tone(self) -> str:
        if self.has_lapsed:
            return APPLICATION.states["expired"].tone
        return "warning" if self.turn == StepActor.CANDIDATE else APPLICATION.states[self.state].tone

    def allowed_to(self, who: Who) -> list[str]:
        if who == Who.CANDIDATE and self.has_lapsed:
            return []
        return allowed(self.state, self.turn, who)

    def is_claimed_by_another(self, user_id: int | None, now: datetime) -> bool:
        return bool(self.claimed_by_id and self.claimed_by_id != user_id and self.claimed_until > now)


class Event(models.Model):
    """One line of an application's story: who did what when, and what was said about it. Written once."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="events")
    at = models.DateTimeField(_("时间"))
    verb = models.CharField(max_length=20)
    step_label = models.CharField(_("步骤"), max_length=40, blank=True)
    step_index = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField()
    by = _user(null=True)
    # Whom the candidate reads: themselves, an office, the system; never a colleague's name.
    who = models.CharField(_("办理方"), max_length=60)
    # The office that did it, whoever has the application afterwards; none where no office did.
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("办理机构"))
    to_state = models.CharField(max_length=20, choices=APPLICATION.choices)
    note = models.CharField(_("意见"), max_length=500, blank=True)
    # What is decided and not told yet is the desk's alone: results held back, the first of two pairs of eyes.
    told = models.BooleanField(default=True)
    remarks = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("办理记录")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            # Two pairs of eyes are two persons, whatever the verb forgets.
            models.UniqueConstraint(
                fields=["application", "round", "step_index", "by"],
                condition=Q(verb="approve"),
                name="event_approved_by_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d}"

    @property
    def verb_label(self) -> str:
        return told(self.verb)


class Submission(models.Model):
    """What was handed in at one submission: the answers, sealed, and which files."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions")
    round = models.PositiveSmallIntegerField(_("第几次提交"))
    sealed_answers = EncryptedTextField(_("填写内容"))
    files = models.JSONField(default=list)  # pairs of the material's key and the file's SHA-256
    at = models.DateTimeField(_("提交时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("提交记录")
        ordering: ClassVar = ["round"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "round"], name="submission_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.round}"

    @property
    def answers(self) -> Answers:
        kept: Answers = json.loads(self.sealed_answers)
        return kept


class Agreement(models.Model):
    """A consent that was given to one version of its text, for one application."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="agreements")
    key = models.CharField(_("同意书"), max_length=40)
    version = models.CharField(_("版本"), max_length=20)
    at = models.DateTimeField(_("同意时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("同意记录")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "key", "version"], name="agreement_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
