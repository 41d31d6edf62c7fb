"""What the sign-in page says of passkeys."""

from typing import Any

from django import template
from django.template.context import RequestContext

from home.doors import in_wechat, passkeys_elsewhere

register = template.Library()


@register.inclusion_tag("home/account/passkey.html", takes_context=True)
def passkey_sign_in(context: RequestContext, target: str) -> dict[str, Any]:
    """指纹登录, hidden until a script has found that this browser can; or where it could be had."""
    request = context["request"]
    return {
        "target": target,
        "csrf_token": context["csrf_token"],
        "elsewhere": passkeys_elsewhere(request),
        "in_wechat": in_wechat(request),
    }
