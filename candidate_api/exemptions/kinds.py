"""What the office keeps of 免考规则 at the desk (see `candidate_api.catalogue.kinds`)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from candidate_api.catalogue.kinds import Kind
from candidate_api.exemptions.models import ExemptionRule
from candidate_api.exemptions.rules import beginnings


def _check_rule(rule: ExemptionRule) -> Iterator[str]:
    if not all(part.isalnum() and part.isascii() for part in beginnings(rule.except_majors)):
        yield _("不适用的专业填写专业代码或其开头几位，多个用逗号分开。")


EXEMPTION_RULES = Kind(
    "exemption_rule",
    ExemptionRule,
    ("code", "credential", "course", "category", "likeness", "except_majors", "valid_from", "valid_to"),
    check=_check_rule,
)
