from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.models import Course
from candidate_api.catalogue.natural import Natural
from candidate_api.catalogue.states import Category
from candidate_api.exemptions.states import Credential, Likeness


class ExemptionRule(Natural):
    """免考规则: what a diploma or certificate exempts from: one course, or (without one) the courses of a category.

    A plan's category decides. `except_majors` are the beginnings of major codes, parted by commas, for which the rule
    does not hold: NCRE二级 exempts nobody who studies computing. An application goes by the rules of the day on which
    it was first handed in.
    """

    STAMPED = False

    code = models.SlugField(_("代码"), max_length=60, unique=True)
    credential = models.CharField(_("学历或证书"), max_length=20, choices=Credential.choices)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("课程"))
    category = models.CharField(_("课程类别"), max_length=10, choices=Category.choices, blank=True)
    likeness = models.CharField(_("原课程要求"), max_length=12, choices=Likeness.choices, default=Likeness.ANY)
    except_majors = models.CharField(_("不适用的专业"), max_length=100, blank=True)
    valid_from = models.DateField(_("生效日期"), null=True, blank=True, help_text=_("不填：一直有效。"))
    valid_to = models.DateField(_("失效日期"), null=True, blank=True, help_text=_("最后一天；不填：没有期限。"))

    class Meta:
        verbose_name = verbose_name_plural = _("免考规则")
        ordering: ClassVar = ["credential", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(course__isnull=False, category="") | models.Q(course=None, category__gt=""),
                name="exemption_rule_of_a_course_or_category",
                violation_error_message=_("课程和课程类别填其中一项，只填一项。"),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="exemption_rule_ends_after_start",
                violation_error_message=_("失效日期早于生效日期。"),
            ),
        ]

    def __str__(self) -> str:
        return self.code
