"""What the log calls each verb, for people. A floor names its own in `audit_words.py`, learnt when it starts."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHANNELS = {
    "web": _("网页"),
    "api": _("接口"),
    "admin": _("后台"),
    "gateway": _("支付渠道"),
    "system": _("系统"),
}
_WORDS: dict[str, Promise | str] = {}
# What every table that staff keep has in common: `<noun>.create` and so on need no word of their own.
_KEEPING = {"create": _("新建"), "change": _("修改"), "delete": _("删除")}


def learn(words: Mapping[str, Promise | str]) -> None:
    """Add a floor's words: verb → what a screen calls it."""
    _WORDS.update(words)


def word(verb: str) -> str:
    """What a screen calls `verb`; the code itself where nobody has named it (an entry of a verb that is gone)."""
    return str(_WORDS.get(verb) or _KEEPING.get(verb.rpartition(".")[2]) or verb)


def verbs_called(text: str) -> list[str]:
    """The named verbs whose word has `text` in it, or whose code begins with it."""
    return sorted(verb for verb, called in _WORDS.items() if text in str(called) or verb.startswith(text))
