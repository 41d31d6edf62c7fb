from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """成绩来源 (domain 6.2): transfer and exemption treat them differently."""

    WRITTEN = "written", _("统考")
    PRACTICE = "practice", _("实践")
    EXEMPTION = "exemption", _("免考")
    TRANSFER = "transfer", _("转入")
    COMBINED = "combined", _("合成")
    THESIS = "thesis", _("毕业论文")
    SUBSTITUTION = "substitution", _("顶替")


class Status(models.TextChoices):
    """成绩状态 (domain 6.3)."""

    PASSED = "passed", _("合格")
    FAILED = "failed", _("不合格")
    ABSENT = "absent", _("缺考")
    CANCELLED = "cancelled", _("违纪")
    VOID = "void", _("作弊")
    DISQUALIFIED = "disqualified", _("取消资格")
    WITHHELD = "withheld", _("暂缓公布")


SAT = (Source.WRITTEN, Source.COMBINED)  # what is won on a session's days: 作弊 on one of them voids all of it
VALID = (Status.PASSED, Status.FAILED)


# Why there is no mark, for whoever was told so, and where to ask.
EXPLAINED = {
    Status.CANCELLED: _("因考试违纪，这门课程的成绩取消。对处理有疑问，请咨询所属市招生考试院。"),
    Status.VOID: _("因考试作弊，这个考期各科成绩无效。对处理有疑问，请咨询所属市招生考试院。"),
    Status.DISQUALIFIED: _("考试资格已取消，这门课程没有成绩。对处理有疑问，请咨询所属市招生考试院。"),
    Status.WITHHELD: _("这门课程的成绩还在核查，核查结束后公布。有疑问请咨询所属市招生考试院。"),
}


class Penalty(models.TextChoices):
    """What a decision on a breach keeps somebody from, up to its last day (domain 6.3)."""

    SUSPENDED = "suspended", _("停考")
    GRADUATION_DELAYED = "graduation_delayed", _("延迟毕业")


PASS_MARK = 60

# Codes of review.offices.states.Role: who reads results at the desk, and who takes lists of them away.
MAY_READ = ("archive", "first_reviewer", "second_reviewer")
MAY_EXPORT = ("archive",)
