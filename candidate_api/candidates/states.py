"""What a candidate record can be, and the code lists that decide something."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who


class IdType(models.TextChoices):
    """证件类型 (domain 2.9)."""

    RESIDENT_ID = "resident_id", _("居民身份证")
    HK_MACAO_PERMIT = "hk_macao_permit", _("港澳居民来往内地通行证")
    TAIWAN_PERMIT = "taiwan_permit", _("台湾居民来往大陆通行证")
    HMT_RESIDENCE = "hmt_residence", _("港澳台居民居住证")
    PASSPORT = "passport", _("护照")
    FOREIGN_RESIDENCE = "foreign_residence", _("外国人永久居留身份证")
    MILITARY = "military", _("军官证/士兵证")


class Gender(models.TextChoices):
    MALE = "male", _("男")
    FEMALE = "female", _("女")


class Category(models.TextChoices):
    """考生类别: decides which sites and which office of first review; set by the assisting school."""

    SOCIAL = "social", _("社会考生")
    COLLEGE_LINK = "college_link", _("专本衔接考生")
    ONLINE_ASSISTED = "online_assisted", _("网络助学考生")
    CLASS_ASSISTED = "class_assisted", _("助学班考生")


CANDIDATE = Machine(
    "candidate",
    [
        State("onboarding", _("资料待完善"), "warning"),
        State("enrolled", _("在籍"), "success"),
        State("merged", _("已注销（合并）"), final=True),
        State("transferred", _("已转出"), final=True),
    ],
    [
        Move("enrol", ("onboarding",), "enrolled", frozenset({Who.SYSTEM}), _("生成准考证号")),
        # Another province has taken the record over (domain 8.4).
        Move("transfer", ("enrolled",), "transferred", frozenset({Who.STAFF}), _("转出")),
        # Its scores and entries went to another record of the same person (domain 2.8).
        Move("merge", ("enrolled",), "merged", frozenset({Who.STAFF}), _("合并准考证号")),
    ],
)
