"""The contract of an SMS provider, and the way e-mail goes. Adapters are named by the setting SMS_PROVIDERS."""

from typing import Protocol

from django.conf import settings
from django.core.mail import send_mail
from django.utils.module_loading import import_string


class Undelivered(Exception):
    """The provider did not take the message; trying again may help."""


class SmsProvider(Protocol):
    name: str

    def send(self, mobile: str, text: str) -> None:
        """Hand over one text; raises Undelivered."""


def send_sms(mobile: str, text: str) -> str:
    """Hand one text to the first provider that takes it; the provider's name. Raises the last one's Undelivered."""
    problem = Undelivered("no SMS provider is configured")
    for path in settings.SMS_PROVIDERS:
        provider: SmsProvider = import_string(path)()
        try:
            provider.send(mobile, text)
        except Undelivered as error:
            problem = error
        else:
            return provider.name
    raise problem


def send_email(address: str, title: str, text: str) -> str:
    """Hand one e-mail to Django's backend; its name. Raises Undelivered."""
    try:
        send_mail(title, text, None, [address])
    except OSError as error:
        raise Undelivered(str(error)) from error
    return "email"
