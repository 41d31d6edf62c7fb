"""What templates say often: an icon, an amount, a moment, the tabs of the portal."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import dateformat
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from candidate_api.accounts.rules import SEEN_EVERY, WEB_IDLE
from cms.windows.rules import deadline
from cms.windows.rules import instant as in_words
from home import wording
from portal.kernel import clock
from portal.kernel.money import yuan as in_yuan
from portal.kernel.users.models import User

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture from the sprite, silent to screen readers: the words beside it say what it means."""
    sheet = static("img/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', sheet, name
    )


@cache
def _pictures() -> frozenset[str]:
    sheet = settings.ROOT / "home" / "assets" / "img" / "icons.svg"
    return frozenset(re.findall(r'<symbol id="([\w-]+)"', sheet.read_text()))


@register.filter
def sprite(name: str) -> str:
    """The sprite's picture of that name, or a plain sheet of paper for what an editor made up."""
    return name if name in _pictures() else "doc"


@register.simple_tag
def person(user: User) -> str:
    """A mark of who is signed in, for the page's script alone: another person on this device is another mark."""
    return salted_hmac("home.person", str(user.pk)).hexdigest()[:16]


@register.simple_tag
def idle() -> int:
    """Seconds without a request after which the sign-in surely still stands."""
    return int((WEB_IDLE - SEEN_EVERY).total_seconds())


@register.filter
def yuan(fen: int | None) -> str:
    return "" if fen is None else in_yuan(fen)


@register.filter
def moment(instant: datetime | None) -> str:
    """`2026年10月24日 09:00` on a wall clock in Guangxi."""
    return "" if instant is None else in_words(instant)


@register.filter(name="deadline")
def closing(instant: datetime | None) -> str:
    """A closing moment: what ends at midnight ends at 24:00 of the day before."""
    return "" if instant is None else deadline(instant)


@register.filter
def month_day(instant: datetime | None) -> str:
    return "" if instant is None else dateformat.format(clock.local(instant), _("n月j日"))


@register.filter(name="clock")
def wall_clock(instant: datetime) -> str:
    return f"{clock.local(instant):%H:%M}"


@register.filter
def closing_hour(instant: datetime) -> str:
    """The hour at which something closes; midnight is 24:00 of the day before."""
    return deadline(instant)[-5:]


@register.filter
def zh(value: Any) -> Any:
    """What an editor or a person wrote: what is Chinese of it says so to screen readers of a page in English."""
    return wording.marked(value)


@register.filter
def translated(value: Any) -> Any:
    """The same where no element can stand: in an attribute, in an option."""
    return wording.translated(value)


@register.simple_tag
def lang_of(value: Any) -> SafeString:
    """Its `lang`, for an element that can have no other inside it."""
    return wording.language_attribute(value)


@register.filter
def said(value: Any) -> Any:
    """Words of the office's own lists, in the reader's language where the catalogue has them."""
    return wording.marked(wording.translated(value))


@register.filter
def kb(size: int) -> int:
    return size // 1024


@register.filter
def day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return dateformat.format(value, _("Y年n月j日 l"))


@register.filter
def is_far(instant: datetime | str | None) -> bool:
    """Whether a deadline is so far away that counting its days only makes noise."""
    return isinstance(instant, datetime) and instant - clock.now() > timedelta(days=30)


@register.filter
def left(instant: datetime | None) -> str:
    """How long until then, in the largest unit that helps; empty once it is past."""
    seconds = 0 if instant is None else int((instant - clock.now()).total_seconds())
    if seconds <= 0:
        return ""
    if seconds >= 86400:
        return _("%d 天") % (seconds // 86400)
    if seconds >= 3600:
        return _("%d 小时") % (seconds // 3600)
    return _("%(m)d 分 %(s)02d 秒") % {"m": seconds // 60, "s": seconds % 60}


@register.simple_tag
def script_words(script: str) -> str:
    """What that script says, as JSON for its `data-words`."""
    return json_attribute({name: str(text) for name, text in wording.SCRIPTS[script].items()})


@register.simple_tag
def json_attribute(value: Any) -> str:
    """A value as JSON for a `data-` attribute; the template's escaping makes it safe there."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def input_kind(field: BoundField) -> str:
    return str(getattr(field.field.widget, "input_type", field.widget_type))


@dataclass(frozen=True)
class Tab:
    url: str
    label: str
    icon: str
    current: bool


@register.simple_tag
def tabs(request: HttpRequest | None) -> list[Tab]:
    """The four tabs; the one whose address begins this page's is the current one."""
    path = getattr(request, "path", None)
    entries = [
        ("/", _("首页"), "home"),
        (reverse("home:business"), _("业务"), "grid"),
        ("/news/", _("资讯"), "news"),
        (reverse("home:me"), _("我的"), "user"),
    ]
    return [Tab(url, label, name, _is_current(url, path)) for url, label, name in entries]


def _is_current(url: str, path: str | None) -> bool:
    if path is None:
        return False
    return path == url if url == "/" else path.startswith(url)
