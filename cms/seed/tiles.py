from django.db import transaction

from cms.tiles.models import Tile
from cms.tiles.rules import TileGroup
from cms.windows.rules import Business

_QUERY, _BUSINESS = TileGroup.QUERY, TileGroup.BUSINESS

# slug, label, group, icon, target, business
_TILES = [
    ("scores", "成绩查询", _QUERY, "score", "/business/scores/", Business.SCORES),
    ("my-registrations", "我的报考", _QUERY, "list", "/business/my-registrations/", ""),
    ("admission-ticket", "打印准考证", _QUERY, "ticket", "/business/tickets/", Business.ADMISSION_TICKET),
    ("arrangements", "考场安排", _QUERY, "pin", "/business/arrangements/", Business.ADMISSION_TICKET),
    ("plan", "考试计划", _QUERY, "calendar", "/business/plan/", ""),
    ("course-registration", "课程报考", _BUSINESS, "edit", "/business/registration/", Business.COURSE_REGISTRATION),
    ("exemption", "课程免考", _BUSINESS, "badge", "/business/", Business.EXEMPTION),
    ("transfer-out", "转至外省", _BUSINESS, "swap", "/business/", Business.TRANSFER_OUT),
    ("transfer-in", "外省转入", _BUSINESS, "swap", "/business/", Business.TRANSFER_IN),
    ("thesis-defence", "论文答辩", _BUSINESS, "talk", "/business/", Business.THESIS_DEFENCE),
    ("graduation", "毕业申请", _BUSINESS, "cap", "/business/", Business.GRADUATION),
    ("graduation-certificate", "毕业证明书", _BUSINESS, "doc", "/business/", Business.GRADUATION_CERTIFICATE),
    ("registration-refund", "报考退费", _BUSINESS, "refund", "/business/", Business.REGISTRATION_REFUND),
    ("score-review", "成绩复核", _BUSINESS, "search", "/business/", Business.SCORE_REVIEW),
    ("info-change", "信息变更", _BUSINESS, "user", "/business/", Business.INFO_CHANGE),
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
