from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.models.courses import Course
from candidate_api.catalogue.models.fields import session_code
from candidate_api.catalogue.models.places import School
from candidate_api.catalogue.natural import Natural
from candidate_api.catalogue.states import Category, Level, MajorStatus, OpenKind, Rule


class Major(Natural):
    """专业. While it closes, its dates say who may still do what.

    `no_new_from` is the first day on which nobody new is taken, `last_exam` a session code, `last_graduation` the last
    day of a graduation check.
    """

    code = models.CharField(
        _("专业代码"), max_length=8, unique=True, validators=[RegexValidator(r"^[0-9]{6}K?T?\Z", _("专业代码有误。"))]
    )
    old_code = models.CharField(_("旧专业代码"), max_length=7, blank=True)
    name = models.CharField(_("专业名称"), max_length=60)
    level = models.CharField(_("层次"), max_length=10, choices=Level.choices)
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="majors", verbose_name=_("主考学校")
    )
    co_schools = models.ManyToManyField(
        School, blank=True, related_name="co_hosted_majors", verbose_name=_("其他主考学校")
    )
    discipline = models.CharField(_("学科门类"), max_length=30)
    degree = models.CharField(_("学位"), max_length=30, blank=True)
    open_kind = models.CharField(_("开考类型"), max_length=12, choices=OpenKind.choices, default=OpenKind.PUBLIC)
    status = models.CharField(_("状态"), max_length=10, choices=MajorStatus.choices, default=MajorStatus.OPEN)
    no_new_from = models.DateField(_("停止新生报名"), null=True, blank=True)
    last_exam = session_code(_("最后一次课程考试"), blank=True)
    last_graduation = models.DateField(_("最后一次毕业审定"), null=True, blank=True)
    restriction = models.CharField(_("报考限制"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("专业")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status="open")
                | (models.Q(no_new_from__isnull=False, last_graduation__isnull=False) & ~models.Q(last_exam="")),
                name="major_closing_has_dates",
                violation_error_message=_(
                    "停考过渡和停考的专业须填写停止新生报名、最后一次课程考试和最后一次毕业审定。"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PlanVersion(Natural):
    """考试计划 of a major in one version. What it asks for at least: credits in all, and courses.

    A practice part whose theory course is in the plan is no course of its own, though its credits count.
    """

    NATURAL_KEY = ("major__code", "code")

    major = models.ForeignKey(Major, models.PROTECT, related_name="plans", verbose_name=_("专业"))
    code = models.CharField(_("版本"), max_length=10)
    valid_from = session_code(_("起始考期"))
    credits_required = models.PositiveSmallIntegerField(_("总学分"))
    courses_required = models.PositiveSmallIntegerField(_("最少门数"))
    is_current = models.BooleanField(_("现行"), default=False)
    exemption_limit = models.PositiveSmallIntegerField(
        _("专业课免考门数上限"), null=True, blank=True, help_text=_("不填则为应考专业课门数的三分之一。")
    )
    note = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("考试计划")
        ordering: ClassVar = ["major__code", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["major", "code"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["major"], condition=models.Q(is_current=True), name="plan_one_current_per_major"
            ),
            models.CheckConstraint(
                condition=models.Q(credits_required__gt=0, courses_required__gt=0),
                name="plan_asks_for_something",
                violation_error_message=_("总学分和最少门数须大于零。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.major} {self.code}"


class PlanGroup(Natural):
    """A group of a plan's courses under one rule.

    `min_courses` and `min_credits` belong to `choose`. `all_without_foreign_language`: who takes no foreign language
    takes every course of this group instead, and the plan's foreign-language group then asks for nothing.
    """

    NATURAL_KEY = ("plan__major__code", "plan__code", "order")

    plan = models.ForeignKey(PlanVersion, models.CASCADE, related_name="groups", verbose_name=_("考试计划"))
    order = models.PositiveSmallIntegerField(_("次序"))
    label = models.CharField(_("名称"), max_length=60)
    rule = models.CharField(_("要求"), max_length=12, choices=Rule.choices)
    min_courses = models.PositiveSmallIntegerField(_("最少门数"), default=0)
    min_credits = models.PositiveSmallIntegerField(_("最少学分"), default=0)
    all_without_foreign_language = models.BooleanField(_("不考外语者全选"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("课程组")
        ordering: ClassVar = ["plan", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "order"], name="plan_group_order_once"),
            models.CheckConstraint(
                condition=models.Q(rule="choose", min_courses__gt=0)
                | (~models.Q(rule="choose") & models.Q(min_courses=0, min_credits=0)),
                name="plan_group_minimum_of_choose_only",
            ),
            models.CheckConstraint(
                condition=models.Q(rule="choose") | models.Q(all_without_foreign_language=False),
                name="plan_group_language_switch_of_choose_only",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class PlanCourse(Natural):
    """A course in a group of a plan, with its credits there; 0 for the graduation part.

    `set_no` numbers the sets of a `one_of_sets` group; courses of the same number are taken together.
    """

    NATURAL_KEY = ("group__plan__major__code", "group__plan__code", "group__order", "course__code")

    group = models.ForeignKey(PlanGroup, models.CASCADE, related_name="lines", verbose_name=_("课程组"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="plan_lines", verbose_name=_("课程"))
    order = models.PositiveSmallIntegerField(_("次序"))
    credits = models.PositiveSmallIntegerField(_("学分"))
    category = models.CharField(_("课程类别"), max_length=10, choices=Category.choices)
    set_no = models.PositiveSmallIntegerField(_("组号"), null=True, blank=True)
    is_foreign_language = models.BooleanField(_("外语"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("计划课程")
        ordering: ClassVar = ["group", "order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "course"], name="plan_course_once_in_group"),
            models.CheckConstraint(
                condition=models.Q(category="graduation", credits=0)
                | (~models.Q(category="graduation") & models.Q(credits__gt=0)),
                name="plan_course_credits_but_for_graduation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} ({self.credits})"
