from django.db import transaction

from cms.tiles.models import Tile
from cms.tiles.rules import TileGroup
from cms.windows.rules import Business

_QUERY, _BUSINESS = TileGroup.QUERY, TileGroup.BUSINESS

# slug, label, group, icon, target, business. A tile leads to what works; others come with their business.
_TILES = [
    ("scores", "成绩查询", _QUERY, "score", "/business/scores/", Business.SCORES),
    ("arrangements", "考场安排", _QUERY, "pin", "/business/arrangements/", Business.ADMISSION_TICKET),
    ("plan", "考试计划", _QUERY, "calendar", "/business/plan/", ""),
    ("majors", "专业查询", _QUERY, "cap", "/business/majors/", ""),
    ("textbooks", "教材查询", _QUERY, "doc", "/business/textbooks/", ""),
    ("course-registration", "课程报考", _BUSINESS, "edit", "/business/registration/", Business.COURSE_REGISTRATION),
    ("my-registrations", "我的报考", _BUSINESS, "list", "/business/my-registrations/", ""),
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
