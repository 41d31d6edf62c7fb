"""转考: a record on its way to another province, and the provinces there are."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

STAFF = frozenset({Who.STAFF})

TRANSFER_OUT = Machine(
    "transfer out",
    [
        State("approved", _("终审通过，待提交"), "info"),
        State("handed_over", _("已提交国家转考平台"), "info"),
        State("accepted", _("已转出"), "success", final=True),
        State("refused", _("对方拒收"), "danger", final=True),
    ],
    [
        Move("hand_over", ("approved",), "handed_over", STAFF, _("导出并提交")),
        Move("accept", ("handed_over",), "accepted", STAFF, _("登记已转出")),
        Move("refuse", ("handed_over",), "refused", STAFF, _("登记对方拒收")),
    ],
)
# Roles by act (codes of review.offices.states.Role), each for the offices where it is held.
MAY_SEND = ("archive",)
MAY_SEE = ("archive", "auditor", "first_reviewer", "second_reviewer")

# GB/T 2260, 广西 aside.
PROVINCES = (
    ("11", "北京市"), ("12", "天津市"), ("13", "河北省"), ("14", "山西省"), ("15", "内蒙古自治区"),
    ("21", "辽宁省"), ("22", "吉林省"), ("23", "黑龙江省"), ("31", "上海市"), ("32", "江苏省"),
    ("33", "浙江省"), ("34", "安徽省"), ("35", "福建省"), ("36", "江西省"), ("37", "山东省"),
    ("41", "河南省"), ("42", "湖北省"), ("43", "湖南省"), ("44", "广东省"), ("46", "海南省"),
    ("50", "重庆市"), ("51", "四川省"), ("52", "贵州省"), ("53", "云南省"), ("54", "西藏自治区"),
    ("61", "陕西省"), ("62", "甘肃省"), ("63", "青海省"), ("64", "宁夏回族自治区"), ("65", "新疆维吾尔自治区"),
)  # fmt: skip
