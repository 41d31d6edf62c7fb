"""Who answers: the setting IDENTITY_PROVIDER, the path of an adapter."""

from django.conf import settings
from django.utils.module_loading import import_string

from candidate_api.identity.providers.contract import Provider


def provider() -> Provider:
    made: Provider = import_string(settings.IDENTITY_PROVIDER)()
    return made
