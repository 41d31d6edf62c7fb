from django.db import transaction

from cms.tiles.models import Tile
from cms.tiles.rules import TileGroup
from cms.windows.rules import Business

_QUERY, _BUSINESS = TileGroup.QUERY, TileGroup.BUSINESS
_REFUND = Business.REGISTRATION_REFUND
_EXEMPTION, _PROOF = Business.EXEMPTION, Business.GRADUATION_CERTIFICATE

# slug, label, group, icon, target, business. A tile leads to what works; others come with their business.
_TILES = [
    ("scores", "成绩查询", _QUERY, "score", "/business/scores/", Business.SCORES),
    ("transferred-scores", "转入成绩查询", _QUERY, "swap", "/business/transferred-scores/", ""),
    ("graduation-forecast", "毕业预测", _QUERY, "forecast", "/business/forecast/", ""),
    ("arrangements", "考场安排", _QUERY, "pin", "/business/arrangements/", Business.ADMISSION_TICKET),
    ("plan", "考试计划", _QUERY, "calendar", "/business/plan/", ""),
    ("majors", "专业查询", _QUERY, "cap", "/business/majors/", ""),
    ("textbooks", "教材查询", _QUERY, "doc", "/business/textbooks/", ""),
    ("course-registration", "课程报考", _BUSINESS, "edit", "/business/registration/", Business.COURSE_REGISTRATION),
    ("my-registrations", "我的报考", _BUSINESS, "list", "/business/my-registrations/", ""),
    ("applications", "我的申请", _BUSINESS, "doc", "/business/applications/", ""),
    ("info-change", "信息变更", _BUSINESS, "user", "/business/apply/info-change/", Business.INFO_CHANGE),
    ("score-review", "成绩复核", _BUSINESS, "score", "/business/apply/score-review/", Business.SCORE_REVIEW),
    ("thesis-defence", "论文答辩", _BUSINESS, "cap", "/business/apply/thesis-defence/", Business.THESIS_DEFENCE),
    ("exemption-diploma", "学历免考", _BUSINESS, "check", "/business/apply/exemption-diploma/", Business.EXEMPTION),
    ("exemption-certificate", "证书免考", _BUSINESS, "check", "/business/apply/exemption-certificate/", _EXEMPTION),
    ("transfer-out", "转至外省", _BUSINESS, "out", "/business/apply/transfer-out/", Business.TRANSFER_OUT),
    ("transfer-in", "外省转入", _BUSINESS, "swap", "/business/apply/transfer-in/", Business.TRANSFER_IN),
    ("graduation", "毕业申请", _BUSINESS, "cap", "/business/apply/graduation/", Business.GRADUATION),
    ("graduation-certificate", "毕业证明书", _BUSINESS, "badge", "/business/apply/graduation-certificate/", _PROOF),
    ("registration-refund", "报考退费", _BUSINESS, "refund", "/business/apply/registration-refund/", _REFUND),
    ("admission-ticket", "打印准考证", _BUSINESS, "ticket", "/business/tickets/", Business.ADMISSION_TICKET),
]


@transaction.atomic
def seed_tiles() -> None:
    """The entries of the front page."""
    for order, (slug, label, group, icon, target, business) in enumerate(_TILES, 1):
        Tile.objects.get_or_create(
            slug=slug,
            defaults={
                "label": label,
                "group": group,
                "icon": icon,
                "target": target,
                "business": business,
                "order": order,
            },
        )
