"""Does each provider of text messages know each of our texts? Asked by `manage.py check`, before the start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 -- Django's name

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import REGISTRY


@register()
def every_text_has_an_id(**_: Any) -> list[CheckMessage]:
    texts = {code for code, template in REGISTRY.items() if Channel.SMS in template.channels}
    found: list[CheckMessage] = []
    for name in ("SMS_TENCENT", "SMS_ALIYUN"):
        provider = getattr(settings, name)
        missing = sorted(texts - set(provider["templates"])) if provider else []
        if missing:
            found.append(Warning(f"{name}_TEMPLATES has no id for: {', '.join(missing)}", id="messages.W001"))
    return found
