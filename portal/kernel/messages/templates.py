"""What the house says, by template code. Nouns register theirs at start."""

from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import Words
from portal.kernel.messages.states import Channel


@dataclass(frozen=True)
class Template:
    """`text` holds `{name}` placeholders; `secret` texts (codes) are wiped once they are handed over."""

    code: str
    title: Words
    text: Words
    channels: tuple[Channel, ...]
    secret: bool = False

    def render(self, values: dict[str, Any]) -> str:
        return str(self.text).format(**values)


REGISTRY: dict[str, Template] = {}


def register(*templates: Template) -> None:
    """Add templates at import of the noun's `messages` page; a code is registered once."""
    for template in templates:
        assert template.code not in REGISTRY, template.code
        REGISTRY[template.code] = template
