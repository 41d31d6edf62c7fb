"""Devices: every sign-in is one, of the app or of a browser; each can be ended, and all can."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.accounts import guard, queries, tokens
from candidate_api.accounts.models import Device, PasswordReset, SignIn
from candidate_api.accounts.rules import SEEN_EVERY, SIGN_INS_KEPT, TOKENS_PER_USER, Kind, Way, browser_label, life_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.actions import say
from portal.kernel.text import one_line
from portal.kernel.users.models import User


def issue_token(user: User, device: str, way: Way | None = None, *, by: Actor) -> tuple[str, datetime]:
    """Sign an app in: a new token and the instant at which it ends at the latest. Raises Problem as `open_session`."""
    token, digest = tokens.new()
    return token, _open(user, Kind.APP, device, digest, way, by=by).expires_at


def open_session(user: User, user_agent: str, way: Way | None = None, *, by: Actor) -> Device:
    """Sign a browser in; its session names the device that comes back.

    Raises Problem: `invalid_credentials` where the password was changed since `user` was read, `account_frozen` where
    the account was shut.
    """
    return _open(user, Kind.WEB, browser_label(user_agent), None, way, by=by)


@transaction.atomic
def _open(user: User, kind: Kind, label: str, digest: str | None, way: Way | None, *, by: Actor) -> Device:
    """The device longest unused goes where there are too many. The person is locked: two sign-ins count one another."""
    locked = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    # A change of password ends every device; a sign-in by the old one must not slip in behind it.
    if locked.password != user.password:
        raise Problem(Code.INVALID_CREDENTIALS, _("账号或密码不正确。"))
    guard.may_enter(locked)
    now = clock.now()
    own = Device.objects.filter(user=user)
    surplus = own.order_by("-seen_at", "-created_at", "-pk").values_list("pk", flat=True)[TOKENS_PER_USER - 1 :]
    own.filter(pk__in=list(surplus)).delete()
    device = Device.objects.create(
        user=user,
        kind=kind,
        label=one_line(label)[:80].strip(),
        address=by.address,
        digest=digest,
        created_at=now,
        seen_at=now,
        proved_at=now,
        expires_at=now + life_of(kind),
    )
    _tell_if_new(device)
    SignIn.objects.create(user=user, kind=kind, way=way or "", label=device.label, address=by.address, at=now)
    return device


def _tell_if_new(device: Device) -> None:
    """Tell the owner of a sign-in from what they never signed in with before; the very first is their own doing."""
    before = SignIn.objects.filter(user=device.user)
    if not before.exists() or before.filter(kind=device.kind, label=device.label).exists():
        return
    at = f"{clock.local(device.created_at):%Y-%m-%d %H:%M}"
    values = {"device": device.label or Kind(device.kind).label, "at": at}
    say(f"accounts.device:{device.pk}", "new_device", values, to=device.user, link="/me/security/devices/")


def saw(device: Device) -> None:
    """The device was used just now; written no oftener than needed."""
    now = clock.now()
    if now - device.seen_at >= SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=now)


def sign_out(device_id: UUID | str | None) -> None:
    """End this one device; its next call is refused."""
    if device_id is not None:
        Device.objects.filter(pk=device_id).delete()


@transaction.atomic
def revoke_device(device_id: UUID, *, by: Actor) -> None:
    """Sign one of the actor's own devices out. Raises Problem: `not_found`."""
    device = queries.device(device_id, by)
    record("accounts.revoke_device", device.user, by=by, kind=device.kind)
    device.delete()


@transaction.atomic
def revoke_others(*, by: Actor) -> int:
    """Sign every device out but the one that asks; how many went."""
    user = queries.user_for_update(by.user_id)
    ended = end_all(user, but=by.device_id)
    record("accounts.revoke_others", user, by=by, devices=ended)
    return ended


def end_all(user: User, *, but: UUID | None = None) -> int:
    """End every device of a person, `but` one; how many. Its caller holds `queries.user_for_update`.

    Resets that are under way end too: whoever has one open must not come in behind it.
    """
    end_resets(user)
    own = Device.objects.filter(user=user)
    return (own.exclude(pk=but) if but else own).delete()[0]


def end_resets(user: User) -> None:
    """No reset of the person goes on from here."""
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=clock.now())


def forget_devices() -> None:
    """Delete devices whose time is over, and sign-ins that are no longer told of."""
    now = clock.now()
    queries.over(now).delete()
    SignIn.objects.filter(at__lt=now - SIGN_INS_KEPT).delete()
