"""What a question can be, and who can act at a step."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionKind(models.TextChoices):
    TEXT = "text", _("单行文字")
    LONG_TEXT = "long_text", _("多行文字")
    NUMBER = "number", _("数字")
    DATE = "date", _("日期")
    CHOICE = "choice", _("单选")
    CHOICES = "choices", _("多选")
    YES_NO = "yes_no", _("是或否")
    DISTRICT = "district", _("考区")
    COURSE = "course", _("课程")
    MONTH = "month", _("年月")
    ROWS = "rows", _("多行表格")


class StepActor(models.TextChoices):
    OFFICE = "office", _("机构审核")
    CANDIDATE = "candidate", _("考生确认")
    SYSTEM = "system", _("系统核验")


class Level(models.TextChoices):
    """Which office of the candidate's acts."""

    COUNTY = "county", _("县（市、区）招生考试院")
    CITY = "city", _("设区市招生考试院")
    SCHOOL = "school", _("主考学校")
    PROVINCE = "province", _("自治区招生考试院")


# Roles by act (codes of review.offices.states.Role).
MAY_CONFIGURE = ("administrator",)
