"""考场用表: which papers hang, stick and lie in a room, and how far one of them is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

SYSTEM, STAFF = frozenset({Who.SYSTEM}), frozenset({Who.STAFF})


class Kind(models.TextChoices):
    DOOR = "door", _("门贴")
    DESK = "desk", _("桌贴")
    SIGN_IN = "sign_in", _("签到表")


SHEET = Machine(
    "sheet",
    [
        State("queued", _("制作中"), "info"),
        State("made", _("已制作"), "success", final=True),
        State("failed", _("制作失败"), "danger"),
    ],
    [
        Move("finish", ("queued",), "made", SYSTEM, _("制作完成")),
        Move("give_up", ("queued",), "failed", SYSTEM, _("制作失败")),
        Move("retry", ("failed",), "queued", STAFF, _("重新制作")),
    ],
)
