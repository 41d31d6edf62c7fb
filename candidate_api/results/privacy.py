from django.utils.translation import gettext_lazy as _

from candidate_api.results.models import Discipline, Score
from candidate_api.results.queries import released
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        Score,
        _("成绩（已公布的）"),
        _("属于考籍档案，永久保存。"),
        lambda user: released().filter(candidate__user=user),
        ("session__code", "course__code", "course__name", "score", "grade", "status", "source", "origin"),
    ),
    Holding(
        Discipline,
        _("停考、延迟毕业记录"),
        _("属于考籍档案，永久保存。"),
        lambda user: Discipline.objects.filter(candidate__user=user),
        ("penalty", "starts", "until", "number", "reason"),
    ),
)
