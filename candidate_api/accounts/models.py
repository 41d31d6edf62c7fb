from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class DeviceToken(AbstractAuthToken):
    """What an app on one device signs its calls with; only a digest is stored."""

    device = models.CharField(_("设备"), max_length=80, blank=True)
    address = models.CharField(_("登录地址"), max_length=45, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), auto_now_add=True)

    class Meta:
        verbose_name = _("登录设备")
        verbose_name_plural = _("登录设备")
