"""Staff at the door of the admin."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm


class LoginForm(WagtailLoginForm):
    """Wagtail's own, in our words: it makes one label of a field's name and joins others from halves."""

    password = forms.CharField(
        label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"placeholder": _("请输入密码")})
    )
    error_messages: ClassVar = WagtailLoginForm.error_messages | {"invalid_login": _("用户名或密码不正确，请重试。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["placeholder"] = _("请输入用户名")
