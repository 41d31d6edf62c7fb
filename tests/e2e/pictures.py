"""Pictures of the screen: under var/e2e/ for whoever looks after a run; `make manual` takes those of docs/manual.md."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "var" / "e2e"
MANUAL = ROOT / "docs" / "images" / "manual"
# A telephone's screen beside its text: sharp enough to read, small enough for a repository.
WIDTH, QUALITY = 585, 62


def keep(page: "Page", name: str, *, whole: bool) -> None:
    """JPEG, since the encoding of a PNG costs more than the step that led to it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=80, full_page=whole, animations="disabled")


def publish(page: "Page", name: str) -> None:
    """Write the picture into the manual where `make manual` asks for it; a test run leaves the sources alone."""
    if not os.environ.get("WRITE_MANUAL"):
        return
    MANUAL.mkdir(parents=True, exist_ok=True)
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    small = shot.convert("RGB").resize((WIDTH, shot.height * WIDTH // shot.width), Image.Resampling.LANCZOS)
    small.save(MANUAL / f"{name}.webp", quality=QUALITY, method=4)
