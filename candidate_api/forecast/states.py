"""What a forecast can say: where somebody stands, what to look out for, why a course is where it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """Where a candidate stands in a major (domain 6.6)."""

    CAN_GRADUATE = "can_graduate", _("可申请毕业")
    CAN_APPLY_THESIS = "can_apply_thesis", _("可申请论文")
    COURSES_MISSING = "courses_missing", _("尚缺课程")
    BLOCKED = "blocked", _("暂不能申请毕业")


class Level(models.TextChoices):
    """How much a warning matters; the portal's tones."""

    INFO = "info", _("提示")
    WARNING = "warning", _("注意")
    DANGER = "danger", _("重要")


class Caution(models.TextChoices):
    """What a warning is about."""

    NO_NEW = "no_new", _("停止新生报名")
    CLOSING = "closing", _("专业停考过渡")
    EXAMS_OVER = "exams_over", _("课程考试已结束")
    GRADUATION_OVER = "graduation_over", _("毕业审定已结束")
    TOO_LATE = "too_late", _("停考前难以考完")
    SUSPENDED = "suspended", _("停考")
    GRADUATION_DELAYED = "graduation_delayed", _("延迟毕业")
    PRACTICE_WITHOUT_THEORY = "practice_without_theory", _("实践对应的理论课程未合格")
    PRIOR_DIPLOMA = "prior_diploma", _("前置学历")
    EXEMPTION_LIMIT = "exemption_limit", _("免考超过门数上限")
    THESIS_OPEN = "thesis_open", _("可申请论文")
    RESTRICTION = "restriction", _("报考限制")


class Uncounted(models.TextChoices):
    """Why a passed course counts for nothing in this plan."""

    NOT_IN_PLAN = "not_in_plan", _("不在本专业考试计划内")
    CHOICE_FULL = "choice_full", _("任选课程已由其他课程满足")
    OVER_LIMIT = "over_limit", _("超过专业课免考门数上限")
    COUNTED_ELSEWHERE = "counted_elsewhere", _("所对应的课程已由其他成绩满足")


class Reason(models.TextChoices):
    """Why a course of the path is in its session."""

    ENTERED = "entered", _("已经报考")
    SOONEST = "soonest", _("最近一次开考")
    CLASH = "clash", _("更早的场次已安排其他课程")
    FULL = "full", _("更早的考期已排满")
    AFTER_THEORY = "after_theory", _("理论课程合格之后")
    AFTER_SHARE = "after_share", _("课程合格达到论文申请比例之后")
    ANY_TIME = "any_time", _("由主考学校安排")
    NO_FASTER = "no_faster", _("提前不会更早毕业")


class Binding(models.TextChoices):
    """What keeps the path from being shorter."""

    SLOT = "slot", _("场次冲突")
    SEASON = "season", _("只在这个季节开考")
    LIMIT = "limit", _("每次最多报考门数")
    PRACTICE = "practice", _("实践在理论之后")
    THESIS = "thesis", _("论文在课程之后")
    EXCHANGE = "exchange", _("课程顶替尚未开始")
    TOGETHER = "together", _("多项限制共同作用")


class NoPath(models.TextChoices):
    """Why there is no path."""

    CLOSING = "closing", _("专业停考前的考期不够")
    UNKNOWN = "unknown", _("课程近期没有开考安排")
    TOO_FAR = "too_far", _("可推算的考期不够")
    GAVE_UP = "gave_up", _("暂时推算不出")
