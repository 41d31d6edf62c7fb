"""Pictures that strangers send: opened with care, turned upright, written anew without what they carried along."""

import io
import warnings
from threading import BoundedSemaphore

import pillow_heif
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "HEIF")
MOST_PIXELS = 50_000_000  # what a telephone takes; beyond it nothing is decoded
# No telephone writes photos as PNG, and a PNG is decoded whole: four bytes a pixel, however small the file is.
MOST_PIXELS_OF_PNG = 25_000_000
LONGEST_SIDE = 3840  # more than any page of ours shows or prints; what is larger is made so before anything else
# So many are decoded at once in a process; the others wait their turn.
_AT_ONCE = BoundedSemaphore(2)
# From best to worst: JPEG quality, and colour at full (0) or half (2) resolution. Below the last, faces suffer.
_LADDER = [(100, 0), (98, 0), (96, 0), (94, 0), (92, 0), (90, 0), *[(quality, 2) for quality in range(92, 28, -4)]]
_GREY = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F")


class Unusable(Exception):
    """No picture that could be judged; `str()` is why: `format`, `pixels` or `animated`."""


class Picture:
    """A decoded picture: `image` upright in sRGB, `size` the pixels it was sent with, `is_grey` without colour."""

    def __init__(self, content: bytes) -> None:
        """Decode all of it: the name and the claimed type do not count, `verify` alone passes a truncated file.

        Raises Unusable.
        """
        try:
            with _AT_ONCE, warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                source = Image.open(io.BytesIO(content), formats=FORMATS)
                width, height = source.size
                if width * height > (MOST_PIXELS_OF_PNG if source.format == "PNG" else MOST_PIXELS):
                    raise Unusable("pixels")
                if source.format == "PNG" and getattr(source, "is_animated", False):
                    raise Unusable("animated")
                # A large JPEG is decoded at a fraction of its size: enough for us, and cheap.
                source.draft(None, (1920, 1920))
                source.load()
                if source.mode in ("RGB", "RGBA", "L", "CMYK"):
                    source.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Unusable("pixels") from error
        except Unusable:
            raise
        except Exception as error:  # decoders raise whatever they like at a hostile file
            raise Unusable("format") from error
        self.source = source
        self.format = "JPEG" if source.format == "MPO" else str(source.format)
        upright = ImageOps.exif_transpose(source)
        self.is_turned = upright.size != source.size or source.getexif().get(0x0112, 1) != 1
        self.size = (height, width) if upright.size != source.size else (width, height)
        self.image = _in_srgb(upright)
        self.is_grey = source.mode in _GREY or _spread(self.image) < 12

    @property
    def dpi(self) -> int:
        return round(float(self.source.info.get("dpi", (0, 0))[0]))


def _in_srgb(image: Image.Image) -> Image.Image:
    """The same picture as plain RGB: profiles applied (telephones use wider colours), what is see-through on white."""
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")
    elif image.mode.startswith("I"):
        image = image.convert("L")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            managed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            managed = None  # a profile of something else: the numbers are taken as they are
        image = managed or image
    return image.convert("RGB")


def _spread(image: Image.Image) -> int:
    """How far the channels are apart where they are most so: next to nothing in a black-and-white picture."""
    small = image.resize((32, 32))
    return max(int(max(pixel) - min(pixel)) for pixel in zip(*[iter(small.tobytes())] * 3, strict=True))


def scaled(image: Image.Image, width: int, height: int) -> Image.Image:
    """The middle of the picture in exactly this size."""
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def rewritten(picture: Picture, dpi: int) -> bytes:
    """The same JPEG with the same tables and without anything else: EXIF, place, device, comments, tails."""
    source = picture.source
    tables = getattr(source, "quantization")  # noqa: B009 -- a JPEG has them, and mypy knows no JPEG
    sampling = JpegImagePlugin.get_sampling(source)
    return _jpeg(picture.image, dpi, qtables=tables, subsampling=sampling)


def within(image: Image.Image, least: int, most: int, dpi: int) -> tuple[bytes, bool]:
    """The best JPEG of at most `most` bytes, and whether it has at least `least`.

    Nothing is padded: a plain picture gets its weight by quality 100 and colour at full resolution, or not at all.
    """
    content = b""
    for quality, subsampling in _LADDER:
        content = _jpeg(image, dpi, quality=quality, subsampling=subsampling)
        if len(content) <= most:
            return content, len(content) >= least
    return content, False


def _jpeg(image: Image.Image, dpi: int, **options: object) -> bytes:
    bare = image.copy()
    bare.info.clear()  # a comment would be written along
    out = io.BytesIO()
    bare.save(out, "JPEG", dpi=(dpi, dpi), **options)
    return out.getvalue()
