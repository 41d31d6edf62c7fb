"""A copy of somebody's data as they read it: fields, codes and times in the words of the screens, one page of HTML.

Beside it lies `data.json` with the same rows by their codes, for programs.
"""

import re
from datetime import datetime
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.catalogue.models import Area, CodeItem
from candidate_api.catalogue.states import CodeList
from portal.kernel import clock
from portal.kernel.audit.words import CHANNELS, word
from portal.kernel.language import for_the_record
from portal.kernel.users.holdings import Holding
from portal.kernel.users.models import User

_AREAS = {"address_area", "household_area"}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Fields that no screen shows by themselves, and so have no name of their own.
_CALLED = {
    "address": gettext_lazy("网络地址"),
    "after": gettext_lazy("导入内容"),
    "at": gettext_lazy("时间"),
    "channel": gettext_lazy("渠道"),
    "confirmed": gettext_lazy("已确认"),
    "created_at": gettext_lazy("时间"),
    "expires_at": gettext_lazy("到期时间"),
    "is_staff": gettext_lazy("工作人员"),
    "kind": gettext_lazy("类型"),
    "label": gettext_lazy("设备"),
    "last_used_at": gettext_lazy("最近使用"),
    "name": gettext_lazy("名称"),
    "own_address": gettext_lazy("网络地址"),
    "purpose": gettext_lazy("用途"),
    "status": gettext_lazy("状态"),
    "template": gettext_lazy("消息"),
    "used_at": gettext_lazy("使用时间"),
    "verb": gettext_lazy("操作"),
}


@for_the_record()
def page(user: User, held: list[tuple[Holding, list[dict[str, Any]]]]) -> str:
    """The page about these rows, as `Holding.rows_of` gives them, or in the words of whom they come from."""
    words = _Words()
    held = [(holding, holding.in_words(user) if holding.in_words else rows) for holding, rows in held]
    sections = [
        {
            "what": holding.what,
            "kept": holding.kept,
            "rows": [
                [(label(holding.model, name), words.of(holding.model, name, value)) for name, value in row.items()]
                for row in rows
            ],
        }
        for holding, rows in sorted(held, key=lambda section: len(section[1]))  # the account first, the log last
    ]
    return render_to_string("rights/copy.html", {"name": user.name, "at": clock.now(), "sections": sections})


def _field(model: type[models.Model], path: str) -> models.Field[Any, Any] | None:
    """The field at the end of `a__b`; None for what a holding has computed."""
    for name in path.split("__"):
        found = next((field for field in model._meta.get_fields() if field.name == name), None)
        if not isinstance(found, models.Field):
            return None
        if found.related_model:
            model = found.related_model
    return found


def label(model: type[models.Model], path: str) -> str:
    """What a screen calls it; of something related, what the relation or the other thing is called."""
    first = _field(model, path.split("__", maxsplit=1)[0])
    if first is not None and _CHINESE.search(str(first.verbose_name)):
        return str(first.verbose_name)
    if first is not None and first.related_model:
        return str(first.related_model._meta.verbose_name)
    return str(_CALLED.get(path, path))


class _Words:
    """The office's words for codes, read once for a copy."""

    def __init__(self) -> None:
        items = CodeItem.objects.filter(list__in=CodeList.values)
        self._codes = {(item.list, item.code): item.label for item in items}
        self._areas = dict(Area.objects.values_list("code", "name"))

    def of(self, model: type[models.Model], path: str, value: Any) -> str:
        if value is None or value == "":
            return "—"
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, datetime):
            return f"{clock.local(value):%Y-%m-%d %H:%M:%S}"
        if isinstance(value, list):
            return "\n".join(self.of(model, path, item) for item in value) or "—"
        if path == "verb":
            return word(str(value))
        if path in _AREAS:
            return str(self._areas.get(value) or self._codes.get((CodeList.PROVINCE, value), value))
        field = _field(model, path)
        chosen = dict(field.flatchoices).get(value) if field is not None else None
        if chosen is None and path == "channel":
            chosen = CHANNELS.get(value)
        return str(chosen or self._codes.get((path, value), value))
