"""What a provider of text messages is handed, and how it says that it did not take it."""

from dataclasses import dataclass
from typing import Protocol


class Undelivered(Exception):
    """The provider did not take the message; trying again, or elsewhere, may help."""


class Away(Undelivered):
    """It did not answer in time, or refused for a reason that has nothing to do with this message: so it is for others.

    Whether the message went is not known: it is handed to the next provider all the same.
    """


@dataclass(frozen=True)
class Sms:
    """One text. Providers send their own approved text by its id and are handed our template's code and its values, in
    the order in which they stand in the text; `text` is for whoever can send plain text."""

    mobile: str
    text: str
    template: str
    values: dict[str, str]


class SmsProvider(Protocol):
    name: str

    def send(self, sms: Sms) -> None:
        """Hand over one text, within ten seconds; raises Undelivered."""


def template_id(ids: dict[str, str], sms: Sms) -> str:
    """The provider's id for our template; raises Undelivered where none is set."""
    if sms.template not in ids:
        raise Undelivered(f"no template id for {sms.template}")
    return ids[sms.template]
