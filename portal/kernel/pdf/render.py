"""Compile a typst template of `templates/` with data and pictures into a PDF.

One compiler serves the process (a new one each time doubles the cost); one PDF holds one person's papers, since
typst keeps a whole document in memory.
"""

import base64
import hashlib
import io
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, cast

import typst
from django.conf import settings
from fontTools.ttLib import TTCollection
from PIL import Image

from portal.kernel import clock

# The compiler may not be entered twice: a second thread would be answered "Already borrowed".
_lock = Lock()


@cache
def font_file() -> Path:
    """The embedded Chinese font, which comes with the Python package noto-cjk-sans-otc."""
    package = Path(str(files("noto_cjk_sans_otc")))
    return next(package.rglob("*.ttc"))


@cache
def _characters() -> frozenset[int]:
    # Every face of the collection draws the same characters, each in the shapes of its own region.
    with TTCollection(font_file(), lazy=True) as collection:
        return frozenset(collection.fonts[0].getBestCmap())


def _drawn_by_itself(character: str) -> bool:
    """Space and variation selectors leave no mark of their own, so that nothing is missing without them."""
    return character.isspace() or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def missing_characters(text: str) -> str:
    """The characters of `text` that the font cannot draw; typst would leave them out without a word."""
    return "".join(sorted({c for c in text if ord(c) not in _characters() and not _drawn_by_itself(c)}))


@cache
def _compiler() -> typst.Compiler:
    # The font of the package and no other: a machine's own fonts would make the papers look different on each.
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_file().parent])
    return typst.Compiler(root=Path(settings.ROOT) / "templates", font_paths=fonts)


@cache
def edition(template: str) -> str:
    """A digest of the template with `base.typ` beside it: another one means that the paper looks otherwise."""
    source = Path(settings.ROOT) / "templates" / template
    return hashlib.sha256(source.read_bytes() + (source.parent / "base.typ").read_bytes()).hexdigest()


def render(template: str, data: dict[str, Any], pictures: dict[str, bytes] | None = None) -> bytes:
    """The PDF of `template` (a path under `templates/`, ending in .typ).

    The template reads `data` as `json(bytes(sys.inputs.data))`; each of `pictures` (JPEG, PNG or SVG) is in it as
    `data.pictures.<name>`, to be drawn by `picture` of `pdf/base.typ`. Nothing is written to disk, and text of
    `data` is only ever text. Raises typst.TypstError for a mistake in the template.
    """
    inputs = data | {"pictures": {name: _as_svg(content) for name, content in (pictures or {}).items()}}
    text = json.dumps(inputs, ensure_ascii=False)
    source = Path(settings.ROOT) / "templates" / template
    with _lock:
        made = _compiler().compile(
            input=source,
            format="pdf",
            # Left out, typst would use those of the call before: another person's.
            sys_inputs={"data": text},
            timestamp=int(clock.now().timestamp()),
        )
    return cast(bytes, made)


def _as_svg(content: bytes) -> str:
    """The picture as text: typst takes text alone from outside, and an SVG may hold a JPEG or PNG as it is.

    Files beside the template would do it too, at the price of one person's picture lying where another's is read.
    """
    if content.lstrip()[:4] == b"<svg":
        return content.decode()
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        (width, height), kind = image.size, Image.MIME[image.format or ""]
    link = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="{link}"/></svg>'
    )
