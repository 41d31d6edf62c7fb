"""What the office has candidates read: the pledge, and the rules on the ticket."""

from django.utils.translation import gettext_lazy as _

from candidate_api.sessions.rules import LATE_ENTRY_MINUTES, NO_HAND_IN_LAST_MINUTES

PLEDGE_VERSION = "2026-1"
PLEDGE = _(
    "我已认真阅读《国家教育考试违规处理办法》和《中华人民共和国刑法》有关考试作弊的条款，清楚并了解考试规则，郑重承诺："
    "一、保证报名、报考时所提交的信息真实、准确；"
    "二、自觉服从考试组织管理部门的统一安排，接受监考人员的管理、监督和检查；"
    "三、自觉遵守考试纪律和考场规则，诚信考试，不作弊，不携带手机等违禁物品进入考场；"
    "四、如有违规行为，自愿接受处理，构成犯罪的依法承担刑事责任。"
)

NOTES = (
    _(
        "凭本准考证和与准考证所载一致的有效身份证件原件参加考试，两证缺一不可；准考证用普通A4纸打印，正反两面不得作任何标记。"
    ),
    _("请提前到达考点，熟悉路线和考场。各科考场、座位可能不同，每科都须按本准考证上的考场号、座位号入座。"),
    _("入场时接受身份验证和安全检查；部分课程进行笔迹信息采集，请配合完成。"),
    _("开考%(late)d分钟后不得入场，该科按缺考处理；考试结束前%(last)d分钟起方可交卷离场，离场后不得再次进入。"),
    _(
        "不得携带手机、智能手表、手环、耳机等具有接收、发送或存储功能的设备，以及书籍、资料、涂改液、修正带等物品进入考场。"
    ),
    _("课程要求使用计算器的，只能使用没有程序编写和记录储存功能的计算器。"),
    _("标有“2B铅笔”的课程使用答题卡填涂，请自备2B铅笔和橡皮；其余作答一律使用黑色字迹签字笔。"),
    _(
        "领到试卷、答题卡后，先核对课程名称和代码，再在规定位置填写姓名、准考证号、考场号和座位号；不得在规定位置以外作标记。"
    ),
    _("考试期间保持安静，不交谈、不传递物品；试卷、答题卡和草稿纸不得带出考场。"),
    _(
        "诚信考试。违反考试纪律的，按《国家教育考试违规处理办法》处理；组织作弊、买卖答案、代替他人考试等涉嫌犯罪的，依法追究刑事责任。"
    ),
)


def notes() -> list[str]:
    """考生须知, with its minutes, in order."""
    minutes = {"late": LATE_ENTRY_MINUTES, "last": NO_HAND_IN_LAST_MINUTES}
    return [str(note) % minutes if "%(" in str(note) else str(note) for note in NOTES]
