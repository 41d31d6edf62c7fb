from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.models.fields import is_course_code, session_code
from candidate_api.catalogue.natural import Natural
from candidate_api.catalogue.states import Assessment, Category, FeeClass, Paper


class Course(Natural):
    """课程. Its code has five digits, leading zeros among them.

    A practice part is a course of its own with its own code; `theory` is the course it belongs to, where it has one.
    Credits are the plan's, since plans differ.
    """

    code = models.CharField(_("课程代码"), max_length=5, unique=True, validators=[is_course_code])
    name = models.CharField(_("课程名称"), max_length=60)
    assessment = models.CharField(_("考试方式"), max_length=10, choices=Assessment.choices)
    paper = models.CharField(_("命题类型"), max_length=10, choices=Paper.choices)
    category = models.CharField(_("课程类别"), max_length=10, choices=Category.choices)
    is_practice = models.BooleanField(_("实践环节"), default=False)
    theory = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="practices", verbose_name=_("对应理论课程")
    )
    fee_class = models.CharField(_("收费类别"), max_length=10, choices=FeeClass.choices, default=FeeClass.NORMAL)

    class Meta:
        verbose_name = verbose_name_plural = _("课程")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(theory=None) | models.Q(is_practice=True),
                name="course_theory_of_practice_only",
                violation_error_message=_("只有实践环节才有对应的理论课程。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_one(self) -> bool:
        """Whether it is one of the 门: neither a practice part beside its theory nor the thesis (`rules.is_course` of
        the forecast says the same of a plan's line)."""
        return not (self.is_practice and self.theory_id) and self.category != Category.GRADUATION

    @property
    def is_written(self) -> bool:
        """Whether it sits in a slot of a session; practice parts and theses are the host schools'."""
        return self.assessment == Assessment.WRITTEN and not self.is_practice


class Substitution(Natural):
    """课程顶替: who has passed all of `old` is taken to have passed all of `new`.

    `mutual`: a plan that still lists the old courses is satisfied by the new ones as well, since the old are no
    longer set. The dates are session codes: it holds in the sessions from the one to the other, whenever the courses
    were passed.
    """

    code = models.CharField(_("编号"), max_length=20, unique=True)
    old = models.ManyToManyField(Course, related_name="replaced_by", verbose_name=_("原课程"))
    new = models.ManyToManyField(Course, related_name="replaces", verbose_name=_("现课程"))
    mutual = models.BooleanField(_("可互相顶替"), default=True)
    valid_from = session_code(_("起始考期"))
    valid_to = session_code(_("截止考期"), blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("课程顶替")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_to="") | models.Q(valid_to__gte=models.F("valid_from")),
                name="substitution_ends_after_start",
                violation_error_message=_("截止考期不能早于起始考期。"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Textbook(Natural):
    """教材, with the sessions (适用考期) it is set for. A course may allow several at a time."""

    NATURAL_KEY = ("course__code", "title", "valid_from")

    course = models.ForeignKey(Course, models.PROTECT, related_name="textbooks", verbose_name=_("课程"))
    title = models.CharField(_("教材名称"), max_length=100)
    authors = models.CharField(_("主编"), max_length=100, blank=True)
    publisher = models.CharField(_("出版社"), max_length=60)
    edition_year = models.PositiveSmallIntegerField(_("版次（年）"))
    isbn = models.CharField(_("书号"), max_length=17, null=True, blank=True)  # noqa: DJ001 -- unknown, not empty
    valid_from = session_code(_("起用考期"))
    valid_to = session_code(_("停用考期"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("教材")
        ordering: ClassVar = ["course__code", "title", "valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "title", "valid_from"], name="textbook_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to="") | models.Q(valid_to__gte=models.F("valid_from")),
                name="textbook_ends_after_start",
                violation_error_message=_("停用考期不能早于起用考期。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title
