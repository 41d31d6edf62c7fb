from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Lower

from candidate_api.accounts import tokens
from candidate_api.accounts.models import Device, PasswordReset, SignIn
from candidate_api.accounts.rules import APP_IDLE, SIGN_INS_SHOWN, WEB_IDLE, Kind
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import clean_account, is_candidate_number, is_mobile
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.errors import Code, Problem
from portal.kernel.prepared import Given, Prepared
from portal.kernel.users.models import User


def by_mobile(mobile: str, *, shut: bool = False) -> User | None:
    """The candidate's user; one that may not sign in only with `shut`."""
    user = User.objects.filter(blind_lookup(User, "mobile_index", mobile), is_candidate=True).first()
    return user if user and (shut or user.is_active) else None


def by_account(account: str, *, shut: bool = False) -> User | None:
    """The candidate's user behind a mobile, a 准考证号 or a document's number; None for staff and strangers.

    The form says which of the three is meant, so that nobody's document hides another's account. A number that was
    merged leads to the record that it went into. Where a passport and a permit have the same number, it is theirs who
    registered first; the other has mobile and 准考证号. One that may not sign in only with `shut`.
    """
    number = clean_account(account)
    if is_mobile(number):
        return by_mobile(number, shut=shut)
    if is_candidate_number(number):
        records = Candidate.objects.filter(candidate_number=number)
    else:
        records = Candidate.objects.filter(blind_lookup(Candidate, "id_number_index", number))
    record = records.select_related("user", "merged_into__user").order_by("pk").first()
    user = (record.merged_into or record).user if record else None
    return user if user and user.is_candidate and (shut or user.is_active) else None


def by_email(email: str) -> User | None:
    """The candidate who has bound this address, in whatever case it is written."""
    owners = User.objects.alias(address=Lower("email")).filter(is_candidate=True, email__gt="")
    return owners.filter(address=email.lower(), is_active=True).first()


def candidate_user(actor: Actor) -> User:
    """The actor's own user with the record, read and not locked."""
    found = User.objects.select_related("candidate").filter(pk=actor.user_id, is_candidate=True, is_active=True)
    user = found.first()
    if user is None:
        raise Problem(Code.NOT_AUTHENTICATED)
    return user


def user_for_update(user_id: int | None) -> User:
    """The person, locked: who changes how somebody signs in, or signs in, waits here for whoever does the same."""
    rows: QuerySet[User] = User.objects.select_for_update(of=("self",), no_key=True)
    user = rows.filter(pk=user_id, is_active=True).first() if user_id else None
    if user is None:
        raise Problem(Code.NOT_AUTHENTICATED)
    return user


def open_resets(**which: Any) -> "QuerySet[PasswordReset]":
    """The resets with that `id_digest` or `token_digest` that are neither over nor used."""
    return PasswordReset.objects.filter(used_at=None, expires_at__gt=clock.now(), **which)


def reset_for_update(**which: Any) -> PasswordReset | None:
    """The one of `open_resets`, locked."""
    return open_resets(**which).select_for_update(of=("self",)).first()


# -- devices ----------------------------------------------------------------------------------------------------
def device_of_token(token: str) -> Device | None:
    """The app that this token stands for, with its user, in one query; over or not.

    Asked with every call of an app, and of the database each time: whoever is signed out is out at once.
    """
    found: Device | None = _OF_TOKEN.one(digest=tokens.digest(token))
    return found


_OF_TOKEN = Prepared(lambda: Device.objects.select_related("user").filter(digest=Given("digest", CharField())))


def device_of_session(device_id: str) -> Device | None:
    """The browser that a session names, with its user, in one query; over or not."""
    return Device.objects.select_related("user").filter(pk=device_id, kind=Kind.WEB).first()


def devices(actor: Actor) -> "QuerySet[Device]":
    """Where the actor is signed in, the latest first."""
    return _live(Device.objects.filter(user_id=actor.user_id), clock.now()).order_by("-created_at", "pk")


def device(device_id: UUID, actor: Actor) -> Device:
    """One of the actor's own devices; `not_found` for everybody else's."""
    found = devices(actor).filter(pk=device_id).first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def over(now: datetime) -> "QuerySet[Device]":
    """Devices whose time is over: the absolute one, or that without use."""
    return Device.objects.exclude(pk__in=_live(Device.objects.all(), now).values("pk"))


def _live(rows: "QuerySet[Device]", now: datetime) -> "QuerySet[Device]":
    """The condition of `rules.is_over`, the other way round, as the database says it."""
    used = Q(kind=Kind.WEB, seen_at__gt=now - WEB_IDLE) | Q(kind=Kind.APP, seen_at__gt=now - APP_IDLE)
    return rows.filter(used, expires_at__gt=now)


def sign_ins(actor: Actor) -> "QuerySet[SignIn]":
    """最近登录 of the actor, as long as they are kept, the latest first."""
    return SignIn.objects.filter(user_id=actor.user_id).order_by("-at", "-pk")


def latest_sign_ins(actor: Actor) -> "QuerySet[SignIn]":
    """As many of them as a page shows."""
    return sign_ins(actor)[:SIGN_INS_SHOWN]
