from django.db import models
from django.utils.translation import gettext_lazy as _


class OfficeKind(models.TextChoices):
    PROVINCE = "province", _("自治区招生考试院")
    CITY = "city", _("设区市招生考试院")
    COUNTY = "county", _("县（市、区）招生考试院")
    SCHOOL = "school", _("主考学校")


class Role(models.TextChoices):
    """What a member of staff may act as, for the office that they hold it at."""

    EDITOR = "editor", _("编辑")
    FIRST_REVIEWER = "first_reviewer", _("初审人员")
    SECOND_REVIEWER = "second_reviewer", _("复核人员")
    SUPPORT = "support", _("咨询人员")
    FINANCE = "finance", _("财务人员")
    ARCHIVE = "archive", _("考籍人员")
    AUDITOR = "auditor", _("审计人员")
    ADMINISTRATOR = "administrator", _("系统管理员")
