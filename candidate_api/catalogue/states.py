"""The code lists of the catalogue that decide something. Lists that are only shown are `CodeItem` rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CodeList(models.TextChoices):
    """代码表: what people choose from, entry by entry at the desk (`CodeItem`)."""

    ETHNICITY = "ethnicity", _("民族")
    POLITICAL_STATUS = "political_status", _("政治面貌")
    EDUCATION = "education", _("文化程度")
    OCCUPATION = "occupation", _("职业")
    HOUSEHOLD_TYPE = "household_type", _("户籍类别")
    PROVINCE = "province", _("省（自治区、直辖市）")
    ID_TYPE = "id_type", _("证件类型")
    CANDIDATE_CATEGORY = "candidate_category", _("考生类别")
    GENDER = "gender", _("性别")


# By these the house's rules decide: their entries are the release's, not the office's.
DECIDING = frozenset({CodeList.ID_TYPE, CodeList.CANDIDATE_CATEGORY, CodeList.GENDER, CodeList.PROVINCE})


class Assessment(models.TextChoices):
    """考试方式."""

    WRITTEN = "written", _("笔试")
    PRACTICE = "practice", _("实践")
    THESIS = "thesis", _("论文（设计）")
    CLINICAL = "clinical", _("临床考核")
    OTHER = "other", _("非笔试")


class Paper(models.TextChoices):
    """命题类型: who sets the paper."""

    NATIONAL = "national", _("全国统一命题")
    PROVINCE = "province", _("自治区命题")
    SCHOOL = "school", _("主考学校")


class Category(models.TextChoices):
    """课程类别. A course has its own; a plan may count it as another, and then the plan's decides."""

    POLITICS = "politics", _("公共政治课")
    BASIC = "basic", _("公共基础课")
    CORE = "core", _("专业核心课")
    ELECTIVE = "elective", _("选考课")
    EXTRA = "extra", _("加考课")
    GRADUATION = "graduation", _("毕业环节")


class FeeClass(models.TextChoices):
    """收费类别; the amounts are the session's."""

    NORMAL = "normal", _("普通课程")
    SPECIAL = "special", _("特殊课程")


class Level(models.TextChoices):
    """层次."""

    ASSOCIATE = "associate", _("专科")
    BACHELOR = "bachelor", _("本科（专升本）")


class OpenKind(models.TextChoices):
    """开考类型."""

    PUBLIC = "public", _("面向社会")
    COLLEGE_LINK = "college_link", _("仅专本衔接")
    COMMISSIONED = "commissioned", _("委托开考")


class MajorStatus(models.TextChoices):
    """开考状态. A closing major takes nobody new; whoever is in it may still sit and graduate until its dates."""

    OPEN = "open", _("开考")
    CLOSING = "closing", _("停考过渡")
    CLOSED = "closed", _("停考")


class Rule(models.TextChoices):
    """What a group of a plan asks for."""

    ALL_OF = "all_of", _("必考")
    CHOOSE = "choose", _("选考")
    ONE_OF = "one_of", _("任选一门")
    ONE_OF_SETS = "one_of_sets", _("任选一组")
    GRADUATION = "graduation", _("毕业环节（不计学分）")
