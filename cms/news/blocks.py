"""What a notice can be made of. Each block says itself in HTML (templates/cms/blocks) and in the API."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from portal.kernel.text import absolute_links, without_keys

RICH_TEXT = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]
PICTURE_WIDTH = "width-960"


class NoticeBlock(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        choices=[("info", _("提示")), ("warning", _("注意")), ("danger", _("重要"))], default="info", label=_("语气")
    )
    title = blocks.CharBlock(required=False, max_length=60, label=_("标题"))
    text = blocks.RichTextBlock(features=["bold", "link", "ol", "ul"], label=_("内容"))

    class Meta:
        icon = "warning"
        label = _("提示框")
        template = "cms/blocks/notice.html"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60, label=_("步骤"))
    text = blocks.TextBlock(required=False, label=_("说明"))


class StepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(required=False, max_length=60, label=_("标题"))
    steps = blocks.ListBlock(StepBlock(), label=_("步骤"))

    class Meta:
        icon = "list-ol"
        label = _("办理步骤")
        template = "cms/blocks/steps.html"


class AttachmentBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("文件"))
    title = blocks.CharBlock(required=False, max_length=120, label=_("显示名称"))

    def get_api_representation(self, value: Any, context: dict[str, Any] | None = None) -> dict[str, Any] | None:
        return attachment(value, context)

    class Meta:
        icon = "doc-full"
        label = _("附件")
        template = "cms/blocks/attachment.html"


class PictureBlock(ImageBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.child_blocks["image"].label = _("图片")

    def get_api_representation(self, value: Any, context: dict[str, Any] | None = None) -> dict[str, Any] | None:
        if value is None:
            return None
        rendition = value.get_rendition(PICTURE_WIDTH)
        return {
            "url": _absolute(rendition.url, context),
            "width": rendition.width,
            "height": rendition.height,
            "alt": value.contextual_alt_text or "",
        }

    class Meta:
        icon = "image"
        label = _("图片")
        template = "cms/blocks/picture.html"


def attachment(value: Any, context: dict[str, Any] | None) -> dict[str, Any] | None:
    """An attachment as the API shows it, its address absolute; None where the file has been deleted."""
    document = value["document"]
    if document is None:
        return None
    return {
        "id": document.pk,
        "title": value["title"] or document.title,
        "filename": document.filename,
        "url": _absolute(document.url, context),
        "size": document.get_file_size(),
        "content_type": document.content_type,
    }


def _absolute(url: str, context: dict[str, Any] | None) -> str:
    return context["request"].build_absolute_uri(url) if context and "request" in context else url


def _links(value: Any, context: dict[str, Any] | None) -> Any:
    """A block's value for the API; wherever HTML stands in it, its links lead somewhere for an app too."""
    if isinstance(value, dict):
        return {name: _links(inner, context) for name, inner in value.items()}
    if isinstance(value, list):
        return [_links(inner, context) for inner in value]
    return absolute_links(without_keys(value), _absolute("/", context)) if isinstance(value, str) else value


class BodyBlock(blocks.StreamBlock):
    text = blocks.RichTextBlock(features=RICH_TEXT, label=_("正文"), icon="pilcrow", template="cms/blocks/text.html")
    table = TypedTableBlock(
        [
            ("text", blocks.CharBlock(required=False, label=_("文字"))),
            ("rich_text", blocks.RichTextBlock(required=False, features=["bold", "link"], label=_("富文本"))),
            ("number", blocks.DecimalBlock(required=False, label=_("数字"))),
        ],
        label=_("表格"),
        template="cms/blocks/table.html",
    )
    notice = NoticeBlock()
    steps = StepsBlock()
    attachment = AttachmentBlock()
    image = PictureBlock()

    def get_api_representation(self, value: Any, context: dict[str, Any] | None = None) -> Any:
        return _links(super().get_api_representation(value, context), context)

    class Meta:
        block_counts: ClassVar[dict[str, Any]] = {}
