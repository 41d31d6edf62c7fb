from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.tiles.rules import TileGroup, group_choices, icon_choices
from cms.windows.rules import business_choices

# A path of this site, or an address elsewhere over TLS: never javascript: or a bare host.
target_validator = RegexValidator(r"^(/(?!/)|https://)", _("请填写以 / 开头的站内路径，或 https:// 开头的网址。"))


class Tile(models.Model):
    """An entry of the home page. With a `business` it shows that business's window; without, it is always open."""

    slug = models.SlugField(_("代码"), max_length=40, unique=True)
    label = models.CharField(_("名称"), max_length=12)
    group = models.CharField(_("分组"), max_length=10, choices=group_choices, default=TileGroup.BUSINESS)
    icon = models.SlugField(_("图标"), max_length=40, choices=icon_choices)
    target = models.CharField(
        _("链接"),
        max_length=200,
        blank=True,
        validators=[target_validator],
        help_text=_("站内路径或网址；与“页面”二选一。"),
    )
    page = models.ForeignKey(
        "wagtailcore.Page", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("页面")
    )
    business = models.CharField(
        _("业务"),
        max_length=40,
        choices=business_choices,
        blank=True,
        help_text=_("按该业务的办理时间显示状态；留空为常年开放。"),
    )
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_shown = models.BooleanField(_("显示"), default=True)

    class Meta:
        verbose_name = _("业务入口")
        verbose_name_plural = _("业务入口")
        ordering: ClassVar = ["group", "order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(page=None) & ~Q(target="")) | (Q(page__isnull=False) & Q(target="")),
                name="tile_leads_to_one_place",
                violation_error_message=_("请填写链接，或者选择一个页面。"),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def href(self) -> str:
        """Where it leads: a path of this site or an address elsewhere."""
        return self.target or (self.page.url if self.page else None) or "/"


class Banner(models.Model):
    """A picture or a line at the head of the home page, for a time."""

    title = models.CharField(_("标题"), max_length=60, help_text=_("也是图片的替代文字。"))
    image = models.ForeignKey(
        "wagtailimages.Image", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("图片")
    )
    target = models.CharField(_("链接"), max_length=200, blank=True, validators=[target_validator])
    shows_from = models.DateTimeField(_("开始显示"), null=True, blank=True)
    shows_until = models.DateTimeField(_("结束显示"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("轮播图")
        verbose_name_plural = _("轮播图")
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(shows_from=None) | Q(shows_until=None) | Q(shows_from__lt=F("shows_until")),
                name="banner_shows_before_it_ends",
                violation_error_message=_("结束显示必须晚于开始显示。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title
