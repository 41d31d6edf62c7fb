"""What an 身份认证 can be, and what it can be about."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who


class Kind(models.TextChoices):
    """What is held against the police's records."""

    NAME_NUMBER = "name_number", _("姓名和身份证号")
    FACE = "face", _("照片比对")


class Result(models.TextChoices):
    """What clients are told."""

    PASSED = "passed", _("已通过")
    FAILED = "failed", _("未通过")
    UNAVAILABLE = "unavailable", _("暂时无法核验")


IDENTITY = Machine(
    "identity check",
    [
        State("pending", _("正在核验"), "info"),
        State("passed", _("已通过"), "success", final=True),
        State("failed", _("未通过"), "danger", final=True),
        State("abandoned", _("未能核验"), "warning", final=True),
    ],
    [
        Move("succeed", ("pending",), "passed", frozenset({Who.SYSTEM, Who.STAFF}), _("一致")),
        Move("fail", ("pending",), "failed", frozenset({Who.SYSTEM}), _("不一致")),
        Move("abandon", ("pending",), "abandoned", frozenset({Who.SYSTEM}), _("放弃")),
    ],
)
# What stands as `note` of a check that a person made, with the document in hand; and whose roles may (codes of
# review.offices.states.Role), each for the offices where it is held.
ON_SITE = "on_site"
MAY_CONFIRM = ("archive", "first_reviewer", "administrator")
RESULTS = {
    "pending": Result.UNAVAILABLE,
    "passed": Result.PASSED,
    "failed": Result.FAILED,
    "abandoned": Result.UNAVAILABLE,
}
