from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message, Muted, Wording
from portal.kernel.messages.rules import DESK
from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import REGISTRY, Template, optional


@dataclass(frozen=True)
class Choice:
    """Whether one optional message is wanted by one channel."""

    message: Template
    channel: Channel
    wanted: bool


def inbox(actor: Actor) -> "QuerySet[Message]":
    """The actor's own in-app messages, newest first."""
    return Message.objects.filter(recipient_id=actor.user_id, channel=Channel.IN_APP).order_by("-pk")


def unread_count(actor: Actor) -> int:
    return inbox(actor).filter(read_at=None).count()


def muted(user_ids: list[int], shape: Template) -> set[tuple[int, str]]:
    """Who of these does not want this message by which channel; what is not optional is wanted by all."""
    if not shape.optional:
        return set()
    return set(Muted.objects.filter(user_id__in=user_ids, template=shape.code).values_list("user_id", "channel"))


def choices(actor: Actor) -> list[Choice]:
    """The actor's own choice about every optional message and channel; wanted unless switched off."""
    own = Muted.objects.filter(user_id=actor.user_id)  # type: ignore[misc]  # a visitor has none
    unwanted = set(own.values_list("template", "channel"))
    return [
        Choice(shape, channel, (shape.code, channel.value) not in unwanted)
        for shape in optional()
        for channel in shape.channels
    ]


def visible_to(actor: Actor) -> "QuerySet[Message]":
    """The whole outbox for the desk's roles, nothing for others; the texts stay sealed."""
    rows = Message.objects.select_related("recipient").only(*_OF_THE_OUTBOX)
    return rows if actor.has_role(*DESK) else rows.none()


_OF_THE_OUTBOX = (
    *("created_at", "due_at", "sent_at", "state", "attempts", "last_error"),
    *("template", "title", "channel", "secret", "address", "recipient__name"),
)


# -- words ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Worded:
    """A template with the words in force: the house's own where `wording` is None or empty."""

    shape: Template
    wording: Wording | None

    @property
    def version(self) -> int:
        return self.wording.version if self.wording else 0

    @property
    def is_changed(self) -> bool:
        return bool(self.wording and self.wording.text)

    @property
    def title(self) -> str:
        return self.wording.title if self.wording and self.wording.title else str(self.shape.title)

    @property
    def text(self) -> str:
        return self.wording.text if self.wording and self.wording.text else str(self.shape.text)

    def __str__(self) -> str:
        return str(self.shape.title)


def worded(code: str) -> Worded:
    """A template as it is said now."""
    shape = REGISTRY[code]
    wording = Wording.objects.filter(template=code).order_by("-version").first() if shape.is_editable else None
    return Worded(shape, wording)


def editable(code: str) -> Worded:
    """One that staff may put in other words; `not_found` for the others."""
    if code not in REGISTRY or not REGISTRY[code].is_editable:
        raise Problem(Code.NOT_FOUND, _("没有这个消息模板，或者文案不能修改。"))
    return worded(code)


def all_worded() -> list[Worded]:
    """Everything that staff may put in other words, by code; one query."""
    newest: dict[str, Wording] = {}
    for row in Wording.objects.order_by("template", "version"):
        newest[row.template] = row
    return [Worded(REGISTRY[code], newest.get(code)) for code in sorted(REGISTRY) if REGISTRY[code].is_editable]


def versions(code: str) -> "QuerySet[Wording]":
    """All words that a template was ever given, newest first."""
    return Wording.objects.filter(template=code).order_by("-version")
