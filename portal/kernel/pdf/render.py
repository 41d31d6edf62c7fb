"""Compile a typst template of `templates/` with data and pictures into a PDF.

One compiler serves the process (a new one each time doubles the cost); one PDF holds one person's papers, since
typst keeps a whole document in memory.
"""

import json
import shutil
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from django.conf import settings
from fontTools.ttLib import TTCollection

_lock = Lock()


@cache
def font_file() -> Path:
    """The embedded Chinese font, which comes with the Python package noto-cjk-sans-otc."""
    package = Path(str(files("noto_cjk_sans_otc")))
    return next(package.rglob("*.ttc"))


@cache
def _characters() -> frozenset[int]:
    return frozenset(TTCollection(font_file()).fonts[0].getBestCmap())


def missing_characters(text: str) -> str:
    """The characters of `text` that the font cannot draw; typst would leave them out without a word."""
    return "".join(sorted({c for c in text if ord(c) not in _characters() and not c.isspace()}))


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=_workroom(), font_paths=[font_file().parent], ignore_system_fonts=True)


@cache
def _workroom() -> Path:
    """A folder of this process alone that is typst's whole world: templates copied in, pictures put beside them."""
    return Path(tempfile.mkdtemp(prefix="zikao-pdf-"))


def render(template: str, data: dict[str, Any], pictures: dict[str, bytes] | None = None) -> bytes:
    """The PDF of `template` (a path under `templates/`, ending in .typ).

    The template reads `data` as `json(bytes(sys.inputs.data))`, and a picture by its name in `data`: pictures are
    files beside the template for the time of the call.
    """
    source = Path(settings.ROOT) / "templates" / template
    with _lock:
        room = _workroom()
        shutil.copy(source, room / source.name)
        for name, content in (pictures or {}).items():
            (room / name).write_bytes(content)
        try:
            return bytes(
                _compiler().compile(
                    input=room / source.name,
                    format="pdf",
                    sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                )
            )
        finally:
            for name in pictures or {}:
                (room / name).unlink()
