"""What has been asked for on the strength of passes: a batch that brought them is not taken away from under it."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from candidate_api.imports.models import ImportBatch
from candidate_api.imports.states import Verdict
from candidate_api.results.states import Status
from review.applications.models import Application

# 毕业, 论文答辩, 转出. An exemption rests on a diploma or a certificate, not on marks.
RESTING = ("graduation", "thesis-defence", "transfer-out")
STANDS = ("submitted", "returned", "approved")
_NAMED = 5


def applications_on(batch: ImportBatch) -> Iterator[str]:
    """Says which applications the batch's candidates have handed in since it was written, if there are any."""
    passed = batch.lines.filter(verdict__in=[Verdict.NEW, Verdict.CHANGED], after__status=Status.PASSED)
    found = Application.objects.filter(
        type__kind__in=RESTING,
        state__in=STANDS,
        submitted_at__gte=batch.decided_at,
        applicant__candidate__in=passed.values("candidate"),
    )
    asked = list(found.order_by("pk").values_list("number", "type__title"))
    if not asked:
        return
    kinds = "、".join(f"{title}{count}件" for title, count in sorted(Counter(title for _n, title in asked).items()))
    words = {"kinds": kinds, "numbers": "、".join(number for number, _title in asked[:_NAMED])}
    yield (
        _("考生已凭这批成绩提出申请：%(kinds)s（%(numbers)s）。已办结的不能再撤销成绩；在办的请先处理为“未通过”。")
        % words
    )
