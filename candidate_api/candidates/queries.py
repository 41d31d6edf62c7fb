from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet
from django.utils.translation import gettext as _

from candidate_api.candidates import passed
from candidate_api.candidates.models import Candidate, FormerDocument
from candidate_api.candidates.rules import DESK, LOCKED_BY_A_PASS, REQUIRED, Step, clean_account
from candidate_api.catalogue.models import Area, CodeItem, Major
from candidate_api.catalogue.queries import taking_new_on
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.errors import Code, Problem
from portal.kernel.prepared import Given, Prepared, Question, ask
from portal.kernel.text import clean, clean_name
from portal.kernel.users.models import User


def of(actor: Actor) -> Candidate:
    """The actor's own record, with all that a profile shows; `permission_denied` for who has none."""
    found = Candidate.objects.select_related("user", "major", "district", "photo", "assisting_school")
    candidate = found.filter(user_id=actor.user_id).first() if actor.user_id else None
    if candidate is None:
        raise Problem(Code.PERMISSION_DENIED, _("请用考生账号登录。"))
    return candidate


def for_update(actor: Actor) -> Candidate:
    """The actor's own record, locked until the transaction ends. A request that waited here while the record was
    merged away finds it no more."""
    return ask(locks(actor))


def locks(actor: Actor) -> Question[Candidate]:
    """The question of `for_update`, for who asks other things with it."""

    def read(found: list[Candidate]) -> Candidate:
        if not found:
            raise Problem(Code.PERMISSION_DENIED, _("请用考生账号登录。"))
        return found[0]

    return _LOCKED.asks(read, user=actor.user_id or 0)


def _locked(user_id: Given) -> "QuerySet[Candidate]":
    rows = Candidate.objects.select_for_update(of=("self",), no_key=True).exclude(state="merged")
    return rows.select_related("user").filter(user_id=user_id)


_LOCKED = Prepared(lambda: _locked(Given("user", BigIntegerField())))


def of_document(id_type: str, id_number: str) -> Candidate | None:
    """Whose document this is."""
    rows = Candidate.objects.select_related("user").filter(id_type=id_type)
    return rows.filter(blind_lookup(Candidate, "id_number_index", id_number)).first()


def called(text: str) -> Q:
    """Whoever has this whole ID number (now or formerly), mobile or 准考证号, or this name or its beginning; nobody for
    nothing."""
    number, name = clean_account(text), clean_name(clean(text))
    if not number:
        return Q(pk__in=[])
    by_mobile = User.objects.filter(blind_lookup(User, "mobile_index", number))
    former = FormerDocument.objects.filter(blind_lookup(FormerDocument, "id_number_index", number))
    by_document = blind_lookup(Candidate, "id_number_index", number) | Q(pk__in=former.values("candidate"))
    by_name = Q(user__name__startswith=name) if not name.isascii() else Q(user__name=name)
    return by_document | Q(candidate_number=number) | Q(user__in=by_mobile.values("pk")) | by_name


def record_for_update(candidate_id: int) -> Candidate:
    """A record with its user, locked, for a change that is decided already."""
    rows = Candidate.objects.select_for_update(of=("self", "user"), no_key=True).select_related("user")
    return rows.exclude(state="merged").get(pk=candidate_id)


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


def majors_to_choose(candidate: Candidate) -> QuerySet[Major]:
    """What the candidate may study: the majors that take new candidates today, and the one that they are in."""
    return Major.objects.filter(Q(pk__in=taking_new_on(clock.today())) | Q(pk=candidate.major_id))


def locked(candidate: Candidate) -> list[str]:
    """What only 考生信息变更 alters now: from the first passed course on what stands on the diploma."""
    return sorted({*LOCKED_BY_A_PASS, "photo", "category"}) if passed.has_passed(candidate.pk) else []


def is_area_or_province(code: str) -> bool:
    """Whether it is a county of Guangxi, or another province."""
    return Area.objects.filter(code=code).exists() or CodeItem.objects.filter(list="province", code=code).exists()


_NOBODYS_YET = Q(district=None, state="onboarding")


def visible_to(actor: Actor, *roles: str) -> "QuerySet[Candidate]":
    """The records that staff see for the offices where they hold one of `roles` (DESK where none is named).

    The province sees all, a city its 考区, a county those of them who live there, a host school the candidates of its
    majors; everybody else nothing. Whoever has chosen no 考区 yet is helped at any city's or county's counter.
    """
    rows = Candidate.objects.all()
    where = Q()
    for path in actor.offices_as(*(roles or DESK)):
        match path.strip("/").split("/"):
            case [_province]:
                return rows
            case [_province, office] if office.startswith("s"):
                school = office[1:]
                hosted = Major.objects.filter(Q(school__code=school) | Q(co_schools__code=school))
                where |= Q(major__in=hosted.values("pk"))
            case [_province, city]:
                where |= Q(district__code=city) | _NOBODYS_YET
            case [_province, city, county]:
                where |= Q(district__code=city, address_area=county) | _NOBODYS_YET
    return rows.filter(where) if where else rows.none()


def visible_for_update(actor: Actor, candidate_id: int, *roles: str) -> Candidate:
    """One of these records with its user, both locked; `permission_denied` without such a role, else `not_found`."""
    if not actor.has_role(*roles):
        raise Problem(Code.PERMISSION_DENIED)
    rows = visible_to(actor, *roles).select_for_update(of=("self", "user"), no_key=True).select_related("user")
    found = rows.filter(pk=candidate_id).first()
    if found is None:
        raise Problem(Code.NOT_FOUND, _("没有这名考生。"))
    return found
