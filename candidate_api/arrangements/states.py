"""考场编排: what the arrangement of a session can be, and who may do what with it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

SYSTEM, STAFF = frozenset({Who.SYSTEM}), frozenset({Who.STAFF})

ARRANGEMENT = Machine(
    "arrangement",
    [
        State("queued", _("编排中"), "info"),
        State("drafted", _("待发布"), "warning"),
        State("short", _("座位不足"), "danger"),
        State("published", _("已发布"), "success"),
    ],
    [
        Move("finish", ("queued",), "drafted", SYSTEM, _("编排完成")),
        Move("run_short", ("queued",), "short", SYSTEM, _("座位不足")),
        Move("redraw", ("drafted", "short"), "queued", STAFF, _("重新编排")),
        Move("publish", ("drafted",), "published", STAFF, _("发布")),
        # Somebody sits elsewhere, came late or left: the version goes up, the state stays.
        Move("amend", ("published",), None, frozenset({Who.SYSTEM, Who.STAFF}), _("调整")),
    ],
)


class Why(models.TextChoices):
    """Why somebody's seat is another one than the published arrangement has given."""

    LATE = "late", _("补编")
    WITHDRAWN = "withdrawn", _("收回")
    MOVED = "moved", _("调整")


# Roles (codes of review.offices.states.Role). Held at the province for the whole session, at a city for its own sites.
MAY_ARRANGE = ("archive", "administrator")
