from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import PreviewableMixin

from cms.windows.rules import business_choices
from review.types import blocks, rules
from review.types.configuration import Configuration
from review.types.kinds import choices


class ApplicationTypeManager(models.Manager["ApplicationType"]):
    def get_by_natural_key(self, slug: str) -> "ApplicationType":
        """The type of that slug; raises `DoesNotExist`."""
        return self.get(slug=slug)


class ApplicationType(PreviewableMixin, models.Model):
    """One kind of business as staff have put it together. Editing it never changes an application that runs.

    With a `business` its 办理时间 apply, else `opens_at` and `closes_at`; with neither it is always open.
    """

    slug = models.SlugField(_("代码"), max_length=40, unique=True, help_text=_("网址和接口用，启用后勿改。"))
    title = models.CharField(_("业务名称"), max_length=30)
    introduction = models.TextField(_("办理说明"), max_length=4000, help_text=_("考生申请前阅读，可分段。"))
    kind = models.CharField(
        _("业务程序"), max_length=40, choices=choices, blank=True, help_text=_("留空即完全按下面的设置办理。")
    )
    business = models.CharField(
        _("办理时间"), max_length=40, choices=business_choices, blank=True, help_text=_("按“办理时间”里的业务开放。")
    )
    opens_at = models.DateTimeField(_("开始时间"), null=True, blank=True, help_text=_("未选上一项时使用。"))
    closes_at = models.DateTimeField(_("截止时间"), null=True, blank=True)
    subject = models.CharField(
        _("按哪一题区分"),
        max_length=40,
        blank=True,
        help_text=_("题目代码。每个答案可以各有一件在办申请；留空为每人一件。"),
    )
    correction_days = models.PositiveSmallIntegerField(_("退回后修改时限（工作日）"), default=10)
    questions = StreamField(blocks.QuestionsBlock(), verbose_name=_("表单"), blank=True)
    materials = StreamField(blocks.MaterialsBlock(), verbose_name=_("材料"), blank=True)
    consents = StreamField(blocks.ConsentsBlock(), verbose_name=_("同意书"), blank=True)
    steps = StreamField(blocks.StepsBlock(), verbose_name=_("办理步骤"))
    is_published = models.BooleanField(_("已启用"), default=False, help_text=_("启用后考生可以看到并申请。"))
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects: ClassVar[ApplicationTypeManager] = ApplicationTypeManager()

    class Meta:
        verbose_name = verbose_name_plural = _("业务类型")
        ordering: ClassVar = ["title"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
                name="type_opens_before_it_closes",
                violation_error_message=_("截止时间必须晚于开始时间。"),
            ),
            models.CheckConstraint(condition=Q(correction_days__gte=1), name="type_correction_takes_a_day"),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[Any, ...]:
        return (self.slug,)

    def clean(self) -> None:
        found = rules.mistakes(self.configuration)
        if found:
            raise ValidationError(found)

    @property
    def configuration(self) -> Configuration:
        """As it stands now, in plain values."""
        return Configuration(
            version=self.version,
            title=self.title,
            introduction=self.introduction,
            subject=self.subject,
            correction_days=self.correction_days,
            questions=blocks.questions_of(self.questions),
            materials=blocks.materials_of(self.materials),
            steps=blocks.steps_of(self.steps),
            consents=blocks.consents_of(self.consents),
        )

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "home/applications/preview.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        return {"type": self, "configuration": self.configuration, "request": request}
