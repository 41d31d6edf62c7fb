"""Table of contents: the candidates' business by noun."""

from candidate_api.accounts.models import DeviceToken

__all__ = ["DeviceToken"]
