"""The photo that goes on ticket and diploma: the office's specification, and Pillow as its judge.

Judged on what was sent: is it a picture, is it in colour, has it the pixels and the proportions, what is behind the
head. Produced by us: upright, sRGB, the size in pixels and bytes, the density, and nothing else in the file.
"""

from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageStat

from portal.kernel import pictures
from portal.kernel.errors import FieldError, invalid


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
# What may come in at all, over the API and on the page alike: a telephone's picture, not a film.
MOST_UPLOADED_BYTES = 10 * 1024 * 1024
# How far from the specification's proportions a picture may be; what is beyond the frame is cut off evenly.
PROPORTIONS = 0.02
_UNUSABLE = {
    "format": _("照片须为完整的JPG、PNG或HEIC图片。"),
    "pixels": _("图片的像素过大，请用不超过5000万像素的照片。"),
    "animated": _("照片不能是动图。"),
}


@dataclass(frozen=True)
class Judged:
    """What became of an upload: the photo as it may be kept, or every rule that it breaks.

    `converted`: it was not exactly to the specification, and was brought into it without harm.
    """

    content: bytes | None
    converted: bool
    faults: list[FieldError]


def spec_on(day: date) -> PhotoSpec:
    """The specification in force on `day`."""
    return [spec for spec in SPECS if spec.valid_from <= day][-1]


def read(upload: UploadedFile) -> bytes:
    """The uploaded file, if it is small enough to be looked at. Raises Problem."""
    if (upload.size or 0) > MOST_UPLOADED_BYTES:
        most = MOST_UPLOADED_BYTES // (1024 * 1024)
        raise invalid("photo", "too_large", str(_("文件超过%(most)dMB，请选择较小的照片。")) % {"most": most})
    return bytes(upload.read())


def judge(content: bytes, spec: PhotoSpec) -> Judged:
    """Hold an upload against `spec`; with every broken rule at once, or the photo as it is to be kept."""
    if not content:
        return Judged(None, False, [_fault("empty", _("文件是空的，请重新选择照片。"))])
    try:
        picture = pictures.Picture(content)
    except pictures.Unusable as error:
        return Judged(None, False, [_fault(str(error), _UNUSABLE[str(error)])])
    found = _faults(picture, len(content), spec)
    if found:
        return Judged(None, False, found)
    if _is_exact(picture, len(content), spec):
        kept = pictures.rewritten(picture, spec.dpi or 300)
        if spec.least_bytes <= len(kept) <= spec.most_bytes:
            return Judged(kept, False, [])
    image = pictures.scaled(picture.image, spec.width, spec.height)
    made, has_weight = pictures.within(image, spec.least_bytes, spec.most_bytes, spec.dpi or 300)
    if not has_weight:
        return Judged(None, False, [_wrong_size(len(made), spec)])
    return Judged(made, True, [])


def _faults(picture: pictures.Picture, size: int, spec: PhotoSpec) -> list[FieldError]:
    """Each rule about the original that it breaks, in words."""
    found = []
    width, height = picture.size
    facts = {"w": spec.width, "h": spec.height, "is_w": width, "is_h": height}
    if width < spec.width or height < spec.height:
        sentence = _("照片至少须为宽%(w)d×高%(h)d像素，现在是%(is_w)d×%(is_h)d。")
        found.append(_fault("dimensions", str(sentence) % facts))
    if abs(width * spec.height / (height * spec.width) - 1) > PROPORTIONS:
        sentence = _("照片的宽高比须为%(w)d∶%(h)d，现在是%(is_w)d×%(is_h)d，请裁剪后再上传。")
        found.append(_fault("proportions", str(sentence) % facts))
    if picture.format == "JPEG" and size < spec.least_bytes:
        found.append(_wrong_size(size, spec))
    if picture.is_grey:
        found.append(_fault("colour", _("照片须为彩色。")))
    elif background(picture.image) not in spec.backgrounds:
        found.append(_fault("background", _("照片须为纯蓝色或白色背景，左上角和右上角颜色均匀。")))
    return found


def _wrong_size(size: int, spec: PhotoSpec) -> FieldError:
    sentence = (
        _("照片细节太少或被压缩过，只有%(kb)dKB，不足%(least)dKB，请换一张清晰的原图。")
        if size < spec.least_bytes
        else _("照片杂色太多，无法压缩到%(most)dKB以内，现在是%(kb)dKB，请换一张清晰的照片。")
    )
    facts = {"least": spec.least_bytes // 1024, "most": spec.most_bytes // 1024, "kb": size // 1024}
    return _fault("size", str(sentence) % facts)


def _is_exact(picture: pictures.Picture, size: int, spec: PhotoSpec) -> bool:
    """Whether nothing has to be made anew: it loses nothing by being kept."""
    fits = picture.size == (spec.width, spec.height) and spec.least_bytes <= size <= spec.most_bytes
    plain = picture.format == "JPEG" and picture.source.mode == "RGB" and not picture.is_turned
    return fits and plain and "icc_profile" not in picture.source.info and spec.dpi in (0, picture.dpi)


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


def _fault(code: str, sentence: object) -> FieldError:
    return FieldError("photo", code, sentence)  # type: ignore[arg-type]
