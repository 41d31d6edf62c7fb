"""Words that no template holds: what scripts say, and data on a page in English."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Words
from portal.kernel.language import is_chinese

# By script of `home/assets/js/`, what it says; it fills in what stands in braces.
SCRIPTS: dict[str, Mapping[str, Words]] = {
    "portal": {
        "days": _("{d} 天"),
        "hours": _("{h} 小时 {m} 分"),
        "minutes": _("{m} 分 {s} 秒"),
        "again": _("{s} 秒后可重发"),
        "clash": _("考试时间冲突：{courses}。同一场次只能选一门。"),
        "comma": _("、"),
        "working": _("正在自动验证，请稍候"),
        "worked": _("已完成验证，不需要填写。"),
        "cannot": _("这个浏览器无法自动验证，请填写图片中的字符。"),
        "show": _("显示"),
        "hide": _("隐藏"),
    },
    "application": {
        "unsaved": _("草稿没有保存，请点“下一步”"),
        "offline": _("草稿没有保存，请检查网络"),
        "uploading": _("正在上传…"),
    },
    "passkeys": {
        "follow": _("请按设备的提示操作"),
        "sending": _("正在提交，请稍候"),
        "NotAllowedError": _("没有完成验证，可以再试一次，或改用其他方式。"),
        "InvalidStateError": _("这台设备已经添加过通行密钥，不用再添加。"),
        "TypeError": _("网络不通，请稍后再试。"),
        "other": _("这台设备暂时不能使用通行密钥，请改用其他方式。"),
    },
    "photo": {
        "noisy": _("照片杂色太多，无法压缩到规格要求的大小，请换一张清晰的照片。"),
        "poor": _("裁剪后只有 {kb} KB，细节太少，请换一张更清晰的原图。"),
        "cut": _("已裁剪为 {w}×{h} 像素，{kb} KB。"),
        "small": _("照片像素太低（{is_w}×{is_h}），至少需要 {w}×{h}。"),
        "preview": _("照片预览"),
        "fits": _("{w}×{h} 像素，{kb} KB，符合尺寸要求，可以直接上传。"),
        "drag": _("拖动照片、调整大小，让头部对准参考线，然后上传。"),
        "empty": _("这个文件是空的，请重新选择照片。"),
        "blind": _("这台设备不能预览这张照片，可以直接上传，由系统转换。"),
    },
}

# Characters, with the marks, letters and digits between them that belong to the same words.
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u3000-\u303f\uff00-\uffef\u2018-\u201d\u00b7…—"
_CHINESE = re.compile(rf"[{_HAN}{_MARKS}]*[{_HAN}](?:[{_HAN}{_MARKS}0-9A-Za-z]*[{_HAN}{_MARKS}])?")
_TAG = re.compile(r"(<[^>]*>)")
_WHOLE = re.compile(r"<bdi [^>]*>[^<]*</bdi>")


def translated(value: Any) -> Any:
    """The catalogue's words for `value`, which the office has in a list of its own."""
    text = "" if value is None else str(value)
    return gettext(text) if text and not is_chinese() else value


def language_attribute(value: Any) -> SafeString:
    """For an element that can have none inside it, such as an option: that it is Chinese, where that is to be said."""
    text: str = "" if is_chinese() or not _CHINESE.search(str(value)) else ' lang="zh-Hans"'
    return mark_safe(text)  # noqa: S308 -- one of two constants


def tell(option: dict[str, Any]) -> None:
    """Put a widget's option into the reader's words."""
    if is_chinese():
        return
    option["label"] = translated(option["label"])
    if option["type"] != "select":
        option["label"] = marked(option["label"])
    elif language_attribute(option["label"]):
        option["attrs"]["lang"] = "zh-Hans"


def marked(value: Any) -> Any:
    """`value`, its Chinese in elements that say so; as it is where the page is Chinese itself."""
    if value is None or is_chinese():
        return value
    parts = _TAG.split(conditional_escape(value))
    parts[::2] = [_CHINESE.sub(r'<bdi lang="zh-Hans">\g<0></bdi>', part) for part in parts[::2]]
    text: SafeString = mark_safe("".join(parts))  # noqa: S308 -- escaped above
    # Mixed words in one element, whatever box they stand in: the pieces of a row of boxes would come apart.
    return format_html("<bdi>{}</bdi>", text) if "<bdi" in text and not _WHOLE.fullmatch(text) else text
