"""What of a page is Chinese, seen as a browser sees it: by the language of the element that it stands in."""

import re
from html.parser import HTMLParser

HAN = re.compile("[\u3400-\u9fff]")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_READ_OUT = ("alt", "aria-label", "placeholder", "title", "content")


class Reader(HTMLParser):
    """`language` of the page, and `stray`: Chinese outside elements that say so, also in what is only read out."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.stray: list[str] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        around = self._open[-1][1] if self._open else ""
        language = given.get("lang") or around
        if tag == "html":
            self.language = language
        self._judge(language, *(given.get(name) or "" for name in _READ_OUT))
        if tag not in _VOID:
            self._open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self._judge(self._open[-1][1] if self._open else "", data)

    def _judge(self, language: str, *texts: str) -> None:
        # A title is one string, and nobody can mark a part of it.
        in_title = bool(self._open) and self._open[-1][0] == "title"
        if not language.startswith("zh") and not in_title:
            self.stray += [" ".join(text.split()) for text in texts if HAN.search(text)]


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader
