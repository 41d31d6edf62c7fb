"""Promise 27: what strangers upload as a photo, and what becomes of each. The files are made here, none is kept."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from candidate_api.candidates import photo
from candidate_api.candidates.models import Candidate
from portal.demo.portraits import portrait
from portal.kernel.files.models import PrivateFile
from tests import life

SPEC = photo.spec_on(date(2026, 11, 23))
CANARY = b"<?php system($_GET['CANARY']); ?>"
GOOD = portrait(7, SPEC)


def face(width: int = 1200, height: int = 1600) -> Image.Image:
    return Image.open(io.BytesIO(GOOD)).convert("RGB").resize((width, height))


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of that size in few bytes, as a bomb is made: rows of zeros, one bit a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", content)
    return out.getvalue()


def exif(**tags: object) -> Image.Exif:
    made = Image.Exif()
    made[0x010F] = "CANARY"
    if "place" in tags:
        made.get_ifd(0x8825)[1] = "N"
        made.get_ifd(0x8825)[2] = (22.0, 49.0, 0.0)
    if "orientation" in tags:
        made[0x0112] = tags["orientation"]
    return made


def huge_exif() -> bytes:
    made = exif()
    made[0x9286] = b"CANARY" * 10_000
    return saved(face(), exif=made, quality=90)


def animated_png() -> bytes:
    return saved(face(480, 640), "PNG", save_all=True, append_images=[face(480, 640).rotate(5)], duration=100)


def noise() -> Image.Image:
    random = Random(1)
    return Image.frombytes("RGB", (480, 640), random.randbytes(480 * 640 * 3))


def see_through() -> Image.Image:
    image = face().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 1200, 120))
    image.paste((0, 0, 0, 0), (0, 120, 120, 1600))
    image.paste((0, 0, 0, 0), (1080, 120, 1200, 1600))
    return image


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
KEPT, CONVERTED = "kept", "converted"
# file → outcome: kept as it is, converted, or refused under these codes
CORPUS: dict[str, tuple[Callable[[], bytes], str | set[str]]] = {
    "to the specification": (lambda: GOOD, KEPT),
    "with a comment": (lambda: saved(face(480, 640), quality=90, dpi=(300, 300), comment=CANARY), KEPT),
    "JPEG with PHP behind it": (lambda: GOOD + CANARY, KEPT),
    "JPEG with a ZIP behind it": (lambda: GOOD[:-2] + b"\xff\xd9" + zipped(b"CANARY"), KEPT),
    "place and device in it": (lambda: saved(face(), exif=exif(place=True), quality=90), CONVERTED),
    "much EXIF": (huge_exif, CONVERTED),
    "lying on its side": (
        lambda: saved(face().rotate(90, expand=True), exif=exif(orientation=6), quality=90),
        CONVERTED,
    ),
    "of a telephone, 12 million pixels": (lambda: saved(face(3000, 4000), quality=88), CONVERTED),
    "another density": (lambda: saved(face(480, 640), quality=90, dpi=(72, 72)), CONVERTED),
    "too heavy": (lambda: saved(face(480, 640), quality=100, subsampling=0, dpi=(300, 300)), CONVERTED),
    "PNG": (lambda: saved(face(), "PNG"), CONVERTED),
    "PNG called jpg": (lambda: saved(face(480, 640), "PNG"), CONVERTED),
    "PNG with see-through ground": (lambda: saved(see_through(), "PNG"), CONVERTED),
    "PNG of 256 colours": (lambda: saved(face().quantize(256), "PNG"), CONVERTED),
    "HEIC": (lambda: saved(face(), "HEIF", quality=85), CONVERTED),
    "HEIC called jpg": (lambda: saved(face(), "HEIF", quality=85, exif=exif(place=True).tobytes()), CONVERTED),
    "CMYK JPEG": (lambda: saved(face().convert("CMYK"), quality=90), CONVERTED),
    "with a colour profile": (lambda: saved(face(480, 640), quality=90, dpi=(300, 300), icc_profile=SRGB), CONVERTED),
    "with a broken profile": (lambda: saved(face(), quality=90, icc_profile=b"CANARY" * 40), CONVERTED),
    "two pictures in one (MPO)": (lambda: saved(face(), "MPO", save_all=True, append_images=[face()]), CONVERTED),
    "slightly other proportions": (lambda: saved(face(1200, 1580), quality=90), CONVERTED),
    "progressive": (lambda: saved(face(), quality=90, progressive=True), CONVERTED),
    "nothing": (lambda: b"", {"empty"}),
    "one byte": (lambda: b"\xff", {"format"}),
    "the first half of a JPEG": (lambda: GOOD[: len(GOOD) // 2], {"format"}),
    "the first half of a PNG": (lambda: (c := saved(face(), "PNG"))[: len(c) // 2], {"format"}),
    "the first half of a HEIC": (lambda: (c := saved(face(), "HEIF"))[: len(c) // 2], {"format"}),
    "the JPEG's mark and nonsense": (lambda: b"\xff\xd8\xff\xe0" + Random(2).randbytes(30_000), {"format"}),
    "the PNG's mark and nonsense": (lambda: b"\x89PNG\r\n\x1a\n" + Random(3).randbytes(30_000), {"format"}),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", {"format"}),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>" * 900, {"format"}),
    "PHP": (lambda: CANARY * 900, {"format"}),
    "EICAR": (lambda: EICAR, {"format"}),
    "PDF": (lambda: saved(face(480, 640), "PDF"), {"format"}),
    "GIF": (lambda: saved(face(480, 640), "GIF"), {"format"}),
    "WebP": (lambda: saved(face(480, 640), "WEBP"), {"format"}),
    "BMP": (lambda: saved(face(480, 640), "BMP"), {"format"}),
    "TIFF": (lambda: saved(face(480, 640), "TIFF"), {"format"}),
    "EPS": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 480 640\n%%EOF\n", {"format"}),
    "ZIP bomb": (lambda: zipped(b"\0" * 20_000_000), {"format"}),
    "PNG of 20 000 × 20 000": (lambda: png_of(20_000, 20_000), {"pixels"}),
    "PNG of 8000 × 8000": (lambda: png_of(8_000, 8_000), {"pixels"}),
    "PNG of 6120 × 8160, small as a file": (lambda: png_of(6120, 8160), {"pixels"}),
    "moving PNG": (animated_png, {"animated"}),
    "black and white": (lambda: saved(face().convert("L"), quality=90), {"colour"}),
    "black and white in three channels": (lambda: saved(face().convert("L").convert("RGB"), quality=95), {"colour"}),
    "one bit a pixel": (lambda: png_of(480, 640), {"colour"}),
    "too few pixels": (lambda: saved(face(300, 400), quality=100, subsampling=0), {"dimensions"}),
    "landscape": (lambda: saved(face(1600, 1200), quality=90), {"proportions"}),
    "before a green wall": (lambda: portrait(3, SPEC, background=(40, 160, 60)), {"background"}),
    "one colour": (lambda: saved(Image.new("RGB", (960, 1280), (67, 142, 219)), "PNG"), {"size"}),
    "squeezed before": (lambda: saved(face(480, 640), quality=5), {"size"}),
    "noise": (lambda: saved(noise(), quality=60), {"background"}),
    "wrong in every way": (
        lambda: saved(face(200, 500).convert("L"), quality=20),
        {"dimensions", "proportions", "size", "colour"},
    ),
}


@pytest.fixture(autouse=True)
def nothing_is_loud(recwarn: pytest.WarningsRecorder) -> None:
    """Decoders warn about broken metadata; here that is what is wanted."""


@pytest.mark.parametrize("name", CORPUS)
def test_what_becomes_of(name: str) -> None:
    make, outcome = CORPUS[name]
    judged = photo.judge(make(), SPEC)
    if isinstance(outcome, set):
        assert (judged.content, {fault.code for fault in judged.faults}) == (None, outcome)
        assert all(str(fault.detail) for fault in judged.faults)
        return
    assert (judged.faults, judged.converted) == ([], outcome == CONVERTED)
    assert judged.content is not None
    image = Image.open(io.BytesIO(judged.content))
    image.load()
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (480, 640))
    assert round(image.info["dpi"][0]) == 300
    assert SPEC.least_bytes <= len(judged.content) <= SPEC.most_bytes
    assert b"CANARY" not in judged.content
    assert judged.content.endswith(b"\xff\xd9")
    assert not {"exif", "comment", "icc_profile", "xmp"} & image.info.keys()
    assert photo.judge(judged.content, SPEC).faults == []


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 25


def test_what_lies_on_its_side_is_put_upright() -> None:
    make, _outcome = CORPUS["lying on its side"]
    turned, plain = (photo.judge(c, SPEC).content for c in (make(), saved(face(), quality=90)))
    assert turned is not None
    assert plain is not None
    a, b = (Image.open(io.BytesIO(c)).resize((12, 16)).tobytes() for c in (turned, plain))
    assert max(abs(x - y) for x, y in zip(a, b, strict=True)) < 12


@pytest.mark.django_db
def test_one_limit_for_the_page_and_the_api(api, client, reference: None) -> None:
    person = life.registered()
    api.force_authenticate(person.user)
    client.force_login(person.user)
    large = GOOD + b"\0" * photo.MOST_UPLOADED_BYTES

    def sent() -> SimpleUploadedFile:
        return SimpleUploadedFile("photo.jpg", large, content_type="image/jpeg")

    sentence = "文件超过10MB，请选择较小的照片。"
    for answer in (
        api.put("/api/v1/me/photo/", {"photo": sent()}, format="multipart"),
        api.post("/api/v1/me/photo/check/", {"photo": sent()}, format="multipart"),
    ):
        assert answer.json()["errors"] == [{"field": "photo", "code": "too_large", "detail": sentence}]
    assert sentence in client.post("/me/photo/", {"photo": sent()}).content.decode()
    assert (Candidate.objects.get().photo, PrivateFile.objects.count()) == (None, 0)


def test_a_body_of_more_fields_than_anybody_fills_in(api, reference: None) -> None:
    person = life.enrolled()
    api.force_authenticate(person.user)
    fields = {f"field-{number}": "x" for number in range(1001)}
    answer = api.post("/api/v1/me/photo/check/", fields, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
