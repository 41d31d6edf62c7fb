"""What a service of identity records must be able to do. It knows no model of ours; it takes and gives plain values."""

from dataclasses import dataclass
from typing import Protocol


class ProviderUnavailable(Exception):
    """No answer that can be relied on; trying again may help. `str()` holds nothing personal."""


@dataclass(frozen=True)
class Answer:
    """A clear yes or no, under the provider's own number; `note` is its own code."""

    passed: bool
    transaction_id: str
    note: str


class Provider(Protocol):
    """Every method raises ProviderUnavailable where there is no reliable answer."""

    def check_name_and_number(self, name: str, id_number: str) -> Answer:
        """Whether this resident ID number is that person's."""

    def compare_face(self, name: str, id_number: str, image: bytes) -> Answer:
        """Whether the JPEG shows the person whose number this is."""
