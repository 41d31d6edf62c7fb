"""Who looks after the outbox, and what is too old to be sent."""

from collections.abc import Sequence
from datetime import datetime
from string import Formatter

from django.utils.translation import gettext as _

from portal.kernel.messages.states import SECRET_LIFE

# Codes of review.offices.states.Role.
DESK = ("support", "administrator")
MAY_REWORD = ("administrator",)
MOST_WORDS = 500
# Before a text on a phone, which shows a bare number; a provider adds it to the texts that it has approved by itself.
SIGNATURE = "【广西自考】"


def bound(host: str, code: str) -> str:
    """The last line of a text with a code: phones fill it in on this host's pages and on no other's."""
    return f"\n@{host} #{code}"


def unfit(text: str, names: Sequence[str]) -> str:
    """Why this text cannot take the place of one with these placeholders; empty where it can.

    Each of them must stand in it, and nothing else in braces: neither another name nor a path into a value.
    """
    try:
        found = [(name, spec, turned) for _words, name, spec, turned in Formatter().parse(text) if name is not None]
    except ValueError:
        return _("花括号不成对。占位符须写作{名称}。")
    wrong = [name for name, spec, turned in found if spec or turned or name not in names]
    missing = [name for name in names if name not in {name for name, *_rest in found}]
    return (_("没有占位符%(names)s。") % {"names": _listed(wrong)} if wrong else "") + (
        _("缺少占位符%(names)s。") % {"names": _listed(missing)} if missing else ""
    )


def _listed(names: Sequence[str]) -> str:
    return "、".join(f"{{{name}}}" for name in dict.fromkeys(names))


def is_too_late(*, secret: bool, created_at: datetime, at: datetime) -> bool:
    """Whether a text would be of no use at `at`: a code that holds no longer only leads its reader astray."""
    return secret and at >= created_at + SECRET_LIFE
