"""Text as people type it: normalised once, masked in one way."""

import re
import secrets
import unicodedata
from html import escape
from html.parser import HTMLParser

# Whatever a keyboard gives for the dot in a name; a full stop is one between Chinese characters alone.
_MIDDLE_DOTS = re.compile(
    "[\u2022\u2027\u30fb\u2219\uff65\u318d\u22c5\uff0e\u2024\u0387\u16eb\u2e31]|(?<=[\u3400-\u9fff])[.](?=[\u3400-\u9fff])"
)
# Set between two of them to fill a line on paper; in a name of letters a space is the name's own.
_HAN = "[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN}) (?={_HAN})")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u2032]")
# Chinese characters of blocks that this Python's tables may not know yet.
_RARE = re.compile("[\U00020000-\U0003ffff]")
# An 18-digit ID number, a mobile number; digits glued to other digits or letters (hashes, order numbers) are left.
PERSONAL_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# How a mobile is grouped by telephones and address books, and the country that they put before it.
_GROUPING = re.compile(r"[\s\u00ad\u2010-\u2015\u2212\ufe63-]")
_COUNTRY = re.compile(r"(?:\+86|0086|86)(?=1[3-9][0-9]{9}\Z)")

# The dot of a name that joins nothing.
_DOT_ALONE = re.compile("^\u00b7|\u00b7\u00b7|\u00b7$")
# Some scripts stack marks on a letter; none stacks more.
_PILE_OF_MARKS = 5

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
# What editors' tools write into a tag for themselves.
_KEY = re.compile(r"\sdata-block-key=(\"[^\"]*\"|'[^']*')")
_LOCAL = re.compile(r"(\s(?:href|src)=[\"'])/(?!/)")


def clean(value: str) -> str:
    """Full-width letters and digits to ASCII, control characters gone, outer space trimmed."""
    return _CONTROL.sub("", _half_width(value)).strip()


def one_line(value: str) -> str:
    """What somebody calls a thing of theirs, to be shown beside our own words: no line of its own, nothing that turns
    the direction of what stands around it."""
    return clean(" ".join(value.split()))


def clean_mobile(value: str) -> str:
    """A mobile as typed, pasted or filled in to the eleven digits as stored: `+86 139-1234-5678` → `13912345678`.

    What is no mobile comes back without its grouping and is refused where mobiles are judged.
    """
    return _COUNTRY.sub("", _GROUPING.sub("", clean(value)))


def clean_name(value: str) -> str:
    """A person's name as typed, its separating dot normalised to U+00B7, no space between
    Chinese characters; rare ones are kept as they are."""
    value = _APOSTROPHES.sub("'", _CONTROL.sub("", value).strip())
    return _BETWEEN_HAN.sub("", re.sub(r"\s+", " ", _MIDDLE_DOTS.sub("\u00b7", value)))


def _half_width(value: str) -> str:
    """Only the full-width ASCII block: NFKC over everything would fold rare Chinese characters into other ones."""
    return "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else " " if c == "\u3000" else c for c in value)


def is_name(value: str) -> bool:
    """Whether it can be a person's name: letters of any script, U+00B7, spaces between; no emoji, digits, markup."""
    kinds = ["L" if _RARE.match(c) else unicodedata.category(c)[0] for c in value]
    if not 2 <= len(value) <= 60 or ("L" not in kinds and "〇" not in value) or "M" * _PILE_OF_MARKS in "".join(kinds):
        return False
    if _DOT_ALONE.search(value):
        return False
    return all(kind in "LM" or c in "\u00b7 -.'〇" for kind, c in zip(kinds, value, strict=True))


def has_personal_number(value: str) -> bool:
    """Whether somebody's ID number or mobile stands in these words, which are kept as they are."""
    return bool(PERSONAL_NUMBER.search(clean(value)))


def mask_name(value: str) -> str:
    """`张小三` → `张*三`, `张三` → `张*`: what others may read of a name."""
    if len(value) <= 2:
        return value[:1] + "*" * len(value[1:])
    return value[0] + "*" * (len(value) - 2) + value[-1]


def mask_id_number(value: str) -> str:
    """`450103199001011234` → `4501**********1234`; short numbers keep two characters on each side."""
    if not value:
        return ""
    keep = 4 if len(value) >= 12 else 2
    return value[:keep] + "*" * max(len(value) - 2 * keep, 1) + value[-keep:]


def mask_mobile(value: str) -> str:
    """`13800001234` → `138****1234`."""
    return value[:3] + "****" + value[-4:] if len(value) >= 11 else "*" * len(value)


def mask_email(value: str) -> str:
    """`someone@example.org` → `s***@example.org`."""
    local, at, domain = value.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else ""


def absolute_links(html: str, site: str) -> str:
    """HTML for a reader outside the site: links and pictures that begin with `/` get the site's address before them."""
    return _TAG.sub(lambda tag: _LOCAL.sub(rf"\1{site.rstrip('/')}/", tag[0]), html)


def without_keys(html: str) -> str:
    """HTML without what the editing tools keep in its tags for themselves."""
    return _TAG.sub(lambda tag: _KEY.sub("", tag[0]), html)


class _Plain(HTMLParser):
    """Writes down structure and words: no picture drawn by the portal's own sheet, and no attribute that only its own
    style and scripts understand."""

    KEPT = frozenset({"href", "src", "alt", "width", "height", "download", "colspan", "rowspan", "scope", "start"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self.drawn = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg":
            self.drawn += 1
        elif not self.drawn:
            kept = "".join(
                f" {name}" if value is None else f' {name}="{escape(value)}"'
                for name, value in attrs
                if name in self.KEPT
            )
            self.pieces.append(f"<{tag}{kept}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "svg":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self.drawn -= 1
        elif not self.drawn:
            self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.drawn:
            self.pieces.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def plain_html(html: str) -> str:
    """Our own HTML for a reader with a style of their own: structure, words, links and pictures."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return "".join(parser.pieces)


def digits(length: int) -> str:
    """Random decimal digits, cryptographically strong; the first is never 0."""
    return str(secrets.randbelow(9) + 1) + "".join(str(secrets.randbelow(10)) for _ in range(length - 1))
