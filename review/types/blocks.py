"""The builder in the admin: questions, papers, steps and consents as blocks that are added, moved and filled in."""

from collections.abc import Iterable
from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from review.types.configuration import Condition, Consent, MaterialRule, Question, Step
from review.types.states import Level, QuestionKind, StepActor

COLUMN_KINDS = (
    *(QuestionKind.TEXT, QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.MONTH),
    *(QuestionKind.CHOICE, QuestionKind.COURSE),
)
_key = RegexValidator(r"^[a-z][a-z0-9_]{0,39}$", _("以小写字母开头，只含小写字母、数字和下划线。"))


def _code() -> blocks.CharBlock:
    return blocks.CharBlock(
        label=_("代码"), max_length=40, validators=[_key], help_text=_("如 course_code，启用后勿改")
    )


class ConditionBlock(blocks.StructBlock):
    key = blocks.CharBlock(label=_("题目代码"), max_length=60, required=False, help_text=_("留空为总是适用"))
    value = blocks.CharBlock(label=_("答案代码"), max_length=60, required=False, help_text=_("是/否题填 yes 或 no"))

    class Meta:
        label = _("仅当")


class QuestionBlock(blocks.StructBlock):
    key = _code()
    label = blocks.CharBlock(label=_("题目"), max_length=60)
    help = blocks.CharBlock(label=_("填写说明"), max_length=200, required=False)
    required = blocks.BooleanBlock(label=_("必填"), required=False, default=True)
    show_if = ConditionBlock(label=_("仅当（显示条件）"), required=False)


class ChoiceQuestionBlock(QuestionBlock):
    options = blocks.TextBlock(label=_("选项"), help_text=_("每行一个：代码=文字，如 first=第一次"))


class ColumnBlock(blocks.StructBlock):
    key = _code()
    label = blocks.CharBlock(label=_("列名"), max_length=30)
    kind = blocks.ChoiceBlock(label=_("类型"), choices=[(kind.value, kind.label) for kind in COLUMN_KINDS])
    required = blocks.BooleanBlock(label=_("必填"), required=False, default=True)
    options = blocks.TextBlock(label=_("选项"), required=False, help_text=_("单选时每行一个：代码=文字"))


class RowsQuestionBlock(QuestionBlock):
    columns = blocks.ListBlock(ColumnBlock(), label=_("列"), min_num=1, max_num=8)


class QuestionsBlock(blocks.StreamBlock):
    text = QuestionBlock(label=QuestionKind.TEXT.label, icon="pilcrow")
    long_text = QuestionBlock(label=QuestionKind.LONG_TEXT.label, icon="doc-full")
    number = QuestionBlock(label=QuestionKind.NUMBER.label, icon="plus")
    date = QuestionBlock(label=QuestionKind.DATE.label, icon="date")
    choice = ChoiceQuestionBlock(label=QuestionKind.CHOICE.label, icon="radio-full")
    choices = ChoiceQuestionBlock(label=QuestionKind.CHOICES.label, icon="tick")
    yes_no = QuestionBlock(label=QuestionKind.YES_NO.label, icon="check")
    district = QuestionBlock(label=QuestionKind.DISTRICT.label, icon="site")
    course = QuestionBlock(label=QuestionKind.COURSE.label, icon="list-ul")
    month = QuestionBlock(label=QuestionKind.MONTH.label, icon="date")
    rows = RowsQuestionBlock(label=QuestionKind.ROWS.label, icon="table")


class MaterialBlock(blocks.StructBlock):
    key = _code()
    label = blocks.CharBlock(label=_("材料名称"), max_length=60)
    help = blocks.CharBlock(label=_("说明"), max_length=200, required=False)
    min = blocks.IntegerBlock(label=_("最少份数"), min_value=0, max_value=20, default=1)
    max = blocks.IntegerBlock(label=_("最多份数"), min_value=1, max_value=20, default=5)
    required_if = ConditionBlock(label=_("仅当（必交条件）"), required=False)
    sample = blocks.CharBlock(
        label=_("样例图片网址"), max_length=200, required=False, help_text=_("以 / 开头的站内地址")
    )


class StepBlock(blocks.StructBlock):
    key = _code()
    label = blocks.CharBlock(label=_("步骤名称"), max_length=40, help_text=_("考生看到的状态，如“待市考办审核”"))


class OfficeStepBlock(StepBlock):
    level = blocks.ChoiceBlock(label=_("由谁审核"), choices=Level.choices, default=Level.CITY)
    onsite = blocks.BooleanBlock(label=_("须到现场"), required=False)
    working_days = blocks.IntegerBlock(label=_("办理时限（工作日）"), min_value=1, max_value=120, default=5)
    eyes = blocks.ChoiceBlock(label=_("审核人数"), choices=[("1", _("一人审核")), ("2", _("两人复核"))], default="1")
    reasons = blocks.TextBlock(label=_("常用退回理由"), required=False, help_text=_("每行一条"))
    outcomes = blocks.TextBlock(
        label=_("通过时登记的结果"), required=False, help_text=_("每行一个：代码=文字，如 good=良好；留空为不登记")
    )
    lines = blocks.CharBlock(
        label=_("逐行审核的题目"), max_length=40, required=False, help_text=_("一道“多行表格”题的代码；留空为整件审核")
    )
    held = blocks.BooleanBlock(
        label=_("统一公布"), required=False, help_text=_("审核结果先不告知考生，由审核机构批量公布")
    )


class CandidateStepBlock(StepBlock):
    working_days = blocks.IntegerBlock(label=_("确认时限（工作日）"), min_value=1, max_value=120, default=5)


class SystemStepBlock(StepBlock):
    check = blocks.CharBlock(label=_("核验项目"), max_length=40, help_text=_("由业务程序提供，如 identity"))
    ends_if_passed = blocks.BooleanBlock(label=_("通过即办结"), required=False)


class StepsBlock(blocks.StreamBlock):
    office = OfficeStepBlock(label=StepActor.OFFICE.label, icon="group")
    candidate = CandidateStepBlock(label=StepActor.CANDIDATE.label, icon="user")
    system = SystemStepBlock(label=StepActor.SYSTEM.label, icon="cogs")


class MaterialsBlock(blocks.StreamBlock):
    material = MaterialBlock(label=_("材料"), icon="doc-full-inverse")


class ConsentBlock(blocks.StructBlock):
    key = _code()
    version = blocks.CharBlock(label=_("版本"), max_length=20, help_text=_("文字改动时换一个版本号"))
    text = blocks.TextBlock(label=_("同意书文字"), max_length=2000)


class ConsentsBlock(blocks.StreamBlock):
    consent = ConsentBlock(label=_("同意书"), icon="tick-inverse")


# -- from blocks to values --------------------------------------------------------------------------------------------
def questions_of(stream: Iterable[Any]) -> tuple[Question, ...]:
    return tuple(
        Question(
            key=block.value["key"],
            kind=block.block_type,
            label=block.value["label"],
            help=block.value["help"] or "",
            required=bool(block.value["required"]),
            options=_pairs(block.value.get("options") or ""),
            show_if=_condition(block.value["show_if"]),
            columns=tuple(_column(column) for column in block.value.get("columns") or ()),
        )
        for block in stream
    )


def _column(given: Any) -> Question:
    return Question(
        key=given["key"],
        kind=given["kind"],
        label=given["label"],
        required=bool(given["required"]),
        options=_pairs(given.get("options") or ""),
    )


def materials_of(stream: Iterable[Any]) -> tuple[MaterialRule, ...]:
    return tuple(
        MaterialRule(
            key=block.value["key"],
            label=block.value["label"],
            help=block.value["help"] or "",
            min=block.value["min"],
            max=block.value["max"],
            required_if=_condition(block.value["required_if"]),
            sample=block.value["sample"] or "",
        )
        for block in stream
    )


def steps_of(stream: Iterable[Any]) -> tuple[Step, ...]:
    return tuple(
        Step(
            key=block.value["key"],
            label=block.value["label"],
            actor=block.block_type,
            level=block.value.get("level") or Level.CITY,
            onsite=bool(block.value.get("onsite")),
            working_days=block.value.get("working_days") or 5,
            eyes=int(block.value.get("eyes") or 1),
            reasons=tuple(line.strip() for line in (block.value.get("reasons") or "").splitlines() if line.strip()),
            outcomes=_pairs(block.value.get("outcomes") or ""),
            lines=block.value.get("lines") or "",
            held=bool(block.value.get("held")),
            check=block.value.get("check") or "",
            ends_if_passed=bool(block.value.get("ends_if_passed")),
        )
        for block in stream
    )


def consents_of(stream: Iterable[Any]) -> tuple[Consent, ...]:
    return tuple(Consent(b.value["key"], b.value["version"], b.value["text"]) for b in stream)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Lines of `code=label`; a line without `=` is both."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    parts = [(line.partition("=")[0].strip(), line.partition("=")[2].strip()) for line in lines]
    return tuple((code, label or code) for code, label in parts)


def _condition(given: Any) -> Condition | None:
    return Condition(given["key"], given["value"] or "") if given and given.get("key") else None
