"""Which channels there are: the setting PAYMENT_PROVIDERS, channel code → path of the adapter."""

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from candidate_api.payments.providers.contract import Provider
from candidate_api.payments.states import Channel
from portal.kernel.errors import invalid


def provider(channel: str) -> Provider:
    """The adapter of this channel. Raises Problem `validation_failed` for a channel that is not offered."""
    path = settings.PAYMENT_PROVIDERS.get(channel)
    if path is None:
        raise invalid("channel", "not_offered", _("暂不支持这种支付方式。"))
    made: Provider = import_string(path)()
    return made


def channels() -> list[Channel]:
    """The channels that there are adapters for, in the order of their codes' list."""
    return [channel for channel in Channel if channel.value in settings.PAYMENT_PROVIDERS]
