"""What an exemption can rest on (domain 7.2, 7.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Credential(models.TextChoices):
    POSTGRADUATE = "postgraduate", _("研究生毕业")
    BACHELOR = "bachelor", _("本科毕业")
    ASSOCIATE = "associate", _("专科毕业")
    NCRE_1 = "ncre_1", _("全国计算机等级考试一级")
    NCRE_2 = "ncre_2", _("全国计算机等级考试二级及以上")
    PETS_2 = "pets_2", _("全国英语等级考试二级")
    PETS_3 = "pets_3", _("全国英语等级考试三级及以上")
    CET_4 = "cet_4", _("大学英语四级")
    CET_6 = "cet_6", _("大学英语六级")


DIPLOMAS = (Credential.POSTGRADUATE, Credential.BACHELOR, Credential.ASSOCIATE)


class Likeness(models.TextChoices):
    """How the course that was studied must be like the one that is exempted."""

    ANY = "any", _("不要求")
    SAME_NAME = "same_name", _("课程名称相同")
    SAME_CONTENT = "same_content", _("名称或内容相同，由审核人员认定")
