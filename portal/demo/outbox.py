"""The demo's SMS provider and e-mail backend: what they are handed can be read at /demo/outbox/."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.demo.models import Delivered
from portal.kernel.messages.providers.contract import Sms


class SmsProvider:
    name = "demo-outbox"

    def send(self, sms: Sms) -> None:
        Delivered.objects.create(to=sms.mobile, channel="sms", text=sms.text)


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            for address in mail.to:
                Delivered.objects.create(to=address, channel="email", text=f"{mail.subject}\n\n{mail.body}")
        return len(email_messages)
