from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import REQUIRED, Step
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


def of(actor: Actor) -> Candidate:
    """The actor's own record, with user, major and district; `permission_denied` for who has none."""
    found = Candidate.objects.select_related("user", "major", "district", "photo")
    candidate = found.filter(user_id=actor.user_id).first() if actor.user_id else None
    if candidate is None:
        raise Problem(Code.PERMISSION_DENIED, _("请用考生账号登录。"))
    return candidate


def for_update(actor: Actor) -> Candidate:
    """The actor's own record, locked until the transaction ends."""
    rows: QuerySet[Candidate] = Candidate.objects.select_for_update(of=("self",), no_key=True)
    candidate = rows.select_related("user").filter(user_id=actor.user_id).first() if actor.user_id else None
    if candidate is None:
        raise Problem(Code.PERMISSION_DENIED, _("请用考生账号登录。"))
    return candidate


def onboarding(candidate: Candidate) -> list[Step]:
    """What is done and what is missing on the way to the 准考证号."""
    return [
        Step("account", _("注册账号"), True),
        Step("profile", _("完善个人信息"), not missing(candidate)),
        Step("photo", _("上传照片"), candidate.photo_id is not None),
        Step("candidate_number", _("生成准考证号"), candidate.candidate_number is not None),
    ]


def missing(candidate: Candidate) -> list[str]:
    """The required profile fields that are still empty, by API name."""
    empty: list[Any] = [name for name in REQUIRED if not getattr(candidate, name)]
    return [name.removesuffix("_id") for name in empty]
