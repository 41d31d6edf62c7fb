"""The photo that goes on ticket and diploma: the office's specification, and Pillow as its judge."""

import io
import warnings
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageStat

from portal.kernel.errors import FieldError


@dataclass(frozen=True)
class PhotoSpec:
    """One version of the specification: pixels, dots per inch, size in bytes, colours of the background."""

    valid_from: date
    width: int
    height: int
    dpi: int
    least_bytes: int
    most_bytes: int
    backgrounds: tuple[str, ...]


# Domain 2.13: 480×640, 300 dpi, 20-40 KB since 2022; before that 288×384 was asked for. Blue, white accepted.
SPECS = (
    PhotoSpec(date(2020, 1, 1), 288, 384, 0, 20 * 1024, 1024 * 1024, ("blue", "white")),
    PhotoSpec(date(2022, 7, 1), 480, 640, 300, 20 * 1024, 40 * 1024, ("blue", "white")),
)
MOST_PIXELS = 50_000_000


def spec_on(day: date) -> PhotoSpec:
    """The specification in force on `day`."""
    return [spec for spec in SPECS if spec.valid_from <= day][-1]


def faults(content: bytes, spec: PhotoSpec) -> list[FieldError]:
    """Each rule of `spec` that the picture breaks, in words; empty when it may be used."""
    if not content:
        return [_fault("empty", _("文件是空的，请重新选择照片。"))]
    image = _open(content)
    if image is None:
        return [_fault("format", _("照片须为完整的JPG图片。"))]
    found = []
    if image.size != (spec.width, spec.height):
        sentence = _("照片须为宽%(w)d×高%(h)d像素，现在是%(is_w)d×%(is_h)d。")
        facts = {"w": spec.width, "h": spec.height, "is_w": image.width, "is_h": image.height}
        found.append(_fault("dimensions", str(sentence) % facts))
    if not spec.least_bytes <= len(content) <= spec.most_bytes:
        sentence = _("照片须为%(least)d–%(most)dKB，现在是%(kb)dKB。")
        facts = {
            "least": spec.least_bytes // 1024,
            "most": spec.most_bytes // 1024,
            "kb": round(len(content) / 1024),
        }
        found.append(_fault("size", str(sentence) % facts))
    if spec.dpi and round(float(image.info.get("dpi", (0, 0))[0])) != spec.dpi:
        found.append(_fault("dpi", str(_("照片分辨率须为%(dpi)ddpi。")) % {"dpi": spec.dpi}))
    if background(image) not in spec.backgrounds:
        found.append(_fault("background", _("照片须为纯蓝色或白色背景，四角颜色均匀。")))
    return found


def without_metadata(content: bytes) -> bytes:
    """The same picture without EXIF (place, device, thumbnail); dots per inch kept."""
    image = Image.open(io.BytesIO(content), formats=("JPEG",))
    out = io.BytesIO()
    image.save(out, "JPEG", quality="keep", exif=b"", dpi=image.info.get("dpi", (300, 300)))
    return out.getvalue()


def background(image: Image.Image) -> str:
    """The background's colour by its upper corners: blue, white or other."""
    band = max(image.width // 12, 1)
    corners = [image.crop((0, 0, band, band)), image.crop((image.width - band, 0, image.width, band))]
    names = set()
    for corner in corners:
        stat = ImageStat.Stat(corner.convert("RGB"))
        red, green, blue = stat.mean
        if max(stat.stddev) > 30:
            names.add("other")
        elif min(red, green, blue) > 225:
            names.add("white")
        elif blue > 110 and blue - red > 35 and blue > green:
            names.add("blue")
        else:
            names.add("other")
    return names.pop() if len(names) == 1 else "other"


def _open(content: bytes) -> Image.Image | None:
    """The decoded picture, or None for what is no whole JPEG of a sane size; the name and claimed type do not count."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=("JPEG",))
            if image.width * image.height > MOST_PIXELS:
                return None
            image.load()  # `verify` alone passes a truncated file
            return image
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def _fault(code: str, sentence: object) -> FieldError:
    return FieldError("photo", code, sentence)  # type: ignore[arg-type]
