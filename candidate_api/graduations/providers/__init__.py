"""在线学历认证: whoever answers for earlier diplomas. The setting DIPLOMA_PROVIDER is the path of an adapter."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class ProviderUnavailable(Exception):
    """No answer that can be relied on; trying again may help. `str()` holds nothing personal."""


class Provider(Protocol):
    def check(self, name: str, id_number: str, certificate_number: str) -> bool:
        """Whether this person holds the diploma of that number. Raises ProviderUnavailable."""


class NobodyToAsk:
    """No service is connected: nobody's diploma is confirmed online, everybody hands in the papers."""

    def check(self, name: str, id_number: str, certificate_number: str) -> bool:
        return False


class StandIn:
    """For the demo and for tests: confirms the numbers of eighteen digits that end in an even one."""

    def check(self, name: str, id_number: str, certificate_number: str) -> bool:
        is_number = certificate_number.isdecimal() and len(certificate_number) == 18
        return is_number and int(certificate_number) % 2 == 0


def provider() -> Provider:
    made: Provider = import_string(settings.DIPLOMA_PROVIDER)()
    return made
