"""The stand-in's population: everybody else is unknown to it. Numbers have right check digits and are made up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Resident:
    """`likeness`: how much any picture looks like this person, of 100."""

    name: str
    likeness: float


RESIDENTS = {
    "450103199803124525": Resident("韦小莉", 96.4),
    "450102200108156014": Resident("覃志明", 93.1),
    "450103199001011238": Resident("陆大海", 41.7),  # name and number fit, the face does not
    "450302198512305510": Resident("黄秀英", 88.0),
}
# Whoever has this number: the records are away, every time.
AWAY = frozenset({"450205199911114429"})
