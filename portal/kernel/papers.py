"""What people send as papers: judged by what is in the file, never by its name or claimed type."""

import re
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from portal.kernel import pictures
from portal.kernel.errors import Problem, invalid

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS_A_SIDE = 2400  # a page of A4 that is read on a screen and printed
MOST_PICTURE_BYTES = 1536 * 1024
# What a PDF can do beside being read. A scan of a paper does none of it.
ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA", b"/OpenAction", b"/AA")


@dataclass(frozen=True)
class Paper:
    """A file as it may be kept: a JPEG written anew, or a PDF that only shows pages."""

    content: bytes
    content_type: str
    suffix: str


def read(upload: UploadedFile | None) -> bytes:
    """The uploaded file, if there is one and it is small enough to be looked at. Raises Problem."""
    if upload is None:
        raise invalid("file", "required", _("请选择要上传的文件。"))
    if (upload.size or 0) > MOST_BYTES:
        raise _too_large()
    return bytes(upload.read())


def judge(content: bytes) -> Paper:
    """The paper in this file. Raises Problem `validation_failed`: `empty`, `too_large`, `format`, `pixels`,
    `animated`, `active` (a PDF that would do something)."""
    if not content:
        raise invalid("file", "empty", _("文件是空的，请重新选择。"))
    if len(content) > MOST_BYTES:
        raise _too_large()
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    try:
        picture = pictures.Picture(content)
    except pictures.Unusable as error:
        why = str(error)
        sentences = {"pixels": _("图片的像素过大，请换一张。"), "animated": _("不能上传动图。")}
        raise invalid("file", why, sentences.get(why, _("请上传JPG、PNG、HEIC图片或PDF文件。"))) from error
    image = picture.image
    image.thumbnail((MOST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE))
    written, _is_heavy = pictures.within(image, 0, MOST_PICTURE_BYTES, 150)
    return Paper(written, "image/jpeg", ".jpg")


def _pdf(content: bytes) -> Paper:
    if b"%%EOF" not in content[-2048:]:
        raise invalid("file", "format", _("这个PDF文件不完整，请重新保存后上传。"))
    if re.search(rb"/Encrypt\b", content) or any(re.search(re.escape(word) + rb"\b", content) for word in ACTIVE):
        raise invalid("file", "active", _("这个PDF文件带有密码、脚本或附件，请打印为普通PDF或拍照后上传。"))
    return Paper(content, "application/pdf", ".pdf")


def _too_large() -> Problem:
    return invalid("file", "too_large", _("文件超过%(most)dMB，请压缩或拍照后上传。") % {"most": MOST_BYTES >> 20})
