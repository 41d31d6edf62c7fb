"""What the house says, by template code. Nouns register theirs at start."""

from dataclasses import dataclass
from string import Formatter
from typing import Any

from portal.kernel.errors import Words
from portal.kernel.messages.states import Channel


@dataclass(frozen=True)
class Template:
    """`text` holds `{name}` placeholders; `secret` texts (codes) are wiped once they are handed over.

    What is `optional` its reader may switch off: never a code, never what concerns safety or money.
    """

    code: str
    title: Words
    text: Words
    channels: tuple[Channel, ...]
    secret: bool = False
    optional: bool = False

    def render(self, values: dict[str, Any]) -> str:
        return str(self.text).format(**values)

    @property
    def is_editable(self) -> bool:
        """Whether staff may put it in other words: what is read here or by e-mail, and is no code. An SMS is sent in
        the words that its provider has approved."""
        return not self.secret and set(self.channels) != {Channel.SMS}

    @property
    def is_code(self) -> bool:
        """Whether it brings a code to be typed here."""
        return self.secret and "code" in self.names

    @property
    def names(self) -> list[str]:
        """The placeholders, in the order of the text."""
        return list(dict.fromkeys(name for _, name, _, _ in Formatter().parse(str(self.text)) if name))

    def placed(self, values: dict[str, Any]) -> dict[str, str]:
        """What stands in the text, by name and in its order: providers fill their own copy of the text with it."""
        return {name: str(values[name]) for name in self.names}


REGISTRY: dict[str, Template] = {}


def optional() -> list[Template]:
    """What a reader may choose about, in a lasting order."""
    return sorted((shape for shape in REGISTRY.values() if shape.optional), key=lambda shape: shape.code)


def register(*templates: Template) -> None:
    """Add templates at import of the noun's `messages` page; a code is registered once."""
    for template in templates:
        assert template.code not in REGISTRY, template.code
        REGISTRY[template.code] = template
