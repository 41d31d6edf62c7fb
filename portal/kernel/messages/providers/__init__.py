"""Hand a message over: by text to the first provider that takes it, by e-mail through Django's backend.

SMS_PROVIDERS names the adapters in order. One that has failed often in the last minutes is asked last until it has had
time to recover, so that a slow provider does not slow every message.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.utils.module_loading import import_string

from portal.kernel import limits
from portal.kernel.messages.providers.contract import Away, Sms, SmsProvider, Undelivered

__all__ = ["TROUBLE", "Sms", "Undelivered", "send_email", "send_sms"]

log = structlog.get_logger("portal.messages")

# So many failures in so short a time, and the provider is asked last; it recovers as the window slides on.
TROUBLE = limits.Limit("sms-provider", 3, timedelta(minutes=2))


def send_sms(sms: Sms) -> str:
    """Hand one text to the first provider that takes it; the provider's name. Raises the last one's Undelivered.

    At least once: a provider that answers too late may have sent it too, and the same text then arrives twice.
    """
    problem = Undelivered("no SMS provider is configured")
    for provider in sorted(_configured(), key=_in_trouble):
        try:
            provider.send(sms)
        except Undelivered as error:
            log.warning("messages.undelivered", provider=provider.name, reason=str(error).replace(sms.mobile, "***"))
            problem = error
            if isinstance(error, Away):
                _note(provider)
        else:
            return provider.name
    raise problem


def _configured() -> list[SmsProvider]:
    return [import_string(path)() for path in settings.SMS_PROVIDERS]


def _in_trouble(provider: SmsProvider) -> bool:
    try:
        return limits.reached(TROUBLE, provider.name)
    except limits.Uncounted:
        return False


def _note(provider: SmsProvider) -> None:
    try:
        limits.note(TROUBLE, provider.name)
    except limits.Uncounted:
        return


def send_email(address: str, title: str, text: str) -> str:
    """Hand one e-mail to Django's backend; its name. Raises Undelivered."""
    try:
        send_mail(title, text, None, [address])
    except OSError as error:
        raise Undelivered(str(error)) from error
    return "email"
