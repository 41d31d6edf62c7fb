"""考场用表 are asked for, made in the background one after another, and taken out at the desk."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from candidate_api.arrangements import queries as arrangements
from candidate_api.sheets import queries, rules
from candidate_api.sheets.models import Sheet
from candidate_api.sheets.states import SHEET, Kind
from candidate_api.tickets.rules import day_words, minute, time_words
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.files.actions import keep
from portal.kernel.files.models import PrivateFile
from portal.kernel.pdf.render import missing_characters, render
from portal.kernel.states import Who
from portal.kernel.work import wake

LEASE = timedelta(minutes=5)
FILE = "room_sheet"
TEMPLATES = {Kind.DOOR: "pdf/door_list.typ", Kind.DESK: "pdf/desk_stickers.typ", Kind.SIGN_IN: "pdf/sign_in_sheet.typ"}
_PHOTO = (180, 240)  # pixels: 17 mm at 270 dpi
log = structlog.get_logger("portal.sheets")


@transaction.atomic
def request(session_code: str, site_id: int | None = None, *, by: Actor) -> int:
    """Have every sheet made that is missing or outdated, at one site or at all that the actor sees; how many.

    Raises Problem: `permission_denied`, `not_found` for a session that is not published or a foreign site.
    """
    requested_by = _authorise(by)
    arrangement = queries.published(session_code)
    arrangements.session_for_update(session_code)
    site = arrangements.site(by, site_id) if site_id is not None else None
    known = queries.wanted_already(arrangement)
    wanted = [
        (place, slot, kind)
        for place, slot in queries.places(by, arrangement.session, site)
        for kind in Kind
        if (place, slot, kind.value) not in known
    ]
    now = clock.now()
    Sheet.objects.bulk_create(
        [
            Sheet(
                arrangement=arrangement,
                site_id=place,
                slot=slot,
                kind=kind,
                requested_by_id=requested_by,
                requested_at=now,
            )
            for place, slot, kind in wanted
        ]
    )
    record("sheets.request", arrangement, by=by, session=session_code, site=site_id, sheets=len(wanted))
    wake("sheets.make_due")
    return len(wanted)


def make_due(*, by: Actor) -> int:
    """Make every sheet that waits, and those whose worker has gone; how many. Two workers take different ones."""
    done = 0
    while sheet := _take(by=by):
        try:
            done += _make(sheet, by=by)
        except Exception:  # one bad paper must not keep the others waiting; it is tried again when its lease is over
            log.exception("sheets.failed", sheet=sheet.pk)
    return done


@transaction.atomic
def _take(*, by: Actor) -> Sheet | None:
    """The next sheet; one that has ended its workers is given up."""
    while sheet := queries.next_for_update():
        if sheet.attempts >= rules.ATTEMPTS:
            _give_up(sheet, by=by)
            continue
        sheet.token, sheet.leased_until, sheet.attempts = uuid4(), clock.now() + LEASE, sheet.attempts + 1
        sheet.save(update_fields=["token", "leased_until", "attempts"])
        return sheet
    return None


def _make(sheet: Sheet, *, by: Actor) -> bool:
    session = sheet.arrangement.session
    with transaction.atomic():
        version = queries.version_for_update(session.code)
        found = list(queries.as_sitters(queries.sitters(sheet)))
    pictures = _pictures(found) if sheet.kind == Kind.SIGN_IN else {}
    made = render(TEMPLATES[Kind(sheet.kind)], _facts(sheet, version, [sitter for sitter, _photo in found]), pictures)
    with transaction.atomic():
        held = queries.held_for_update(sheet.pk, sheet.token)
        if held is None:
            return False
        SHEET.check(held.state, "finish", Who.SYSTEM)
        # Asked for again and made again of the same version: the older one was removed with its file.
        Sheet.objects.filter(
            arrangement=held.arrangement_id, site=held.site_id, slot=held.slot, kind=held.kind, version=version
        ).filter(state="made").delete()
        before = held.state
        held.finish()
        held.file = keep(
            made,
            kind=FILE,
            owner=sheet.requested_by,
            name=_file_name(sheet, version),
            content_type="application/pdf",
            expires_at=clock.at(session.second_day, 24) + rules.KEPT,
        )
        held.version, held.people, held.made_at = version, len(found), clock.now()
        held.token = held.leased_until = None
        held.save()
        facts = {"from_state": before, "to_state": held.state, "session": session.code, "version": version}
        record("sheets.finish", held, by=by, kind=held.kind, people=held.people, sha256=held.file.sha256, **facts)
    return True


def _facts(sheet: Sheet, version: int, sitters: list[rules.Sitter]) -> dict[str, Any]:
    session = sheet.arrangement.session
    sitting = session.slots[sheet.slot - 1]
    day, weekday = day_words(sitting.date)
    return {
        "title": session.name,
        "kind": str(Kind(sheet.kind).label),
        "site": sheet.site.name,
        "site_code": sheet.site.code,
        "district": sheet.site.district.name,
        "slot": str(sitting.label),
        "day": f"{day} {weekday}",
        "time": time_words(sitting.starts_at, sitting.ends_at),
        "rooms": rules.rooms(sitters),
        "rare": missing_characters("".join(sitter.name for sitter in sitters)),
        "version": version,
        "made_at": minute(clock.now()),
    }


def _pictures(found: list[tuple[rules.Sitter, PrivateFile | None]]) -> dict[str, bytes]:
    """The photos as small as they are printed: a whole site's would fill the memory otherwise."""
    return {sitter.photo: _small(photo.read()) for sitter, photo in found if photo}


def _small(photo: bytes) -> bytes:
    with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
        image.draft("RGB", _PHOTO)
        small = image.convert("RGB")
        small.thumbnail(_PHOTO)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=80)
    return out.getvalue()


def _file_name(sheet: Sheet, version: int) -> str:
    kind = Kind(sheet.kind).label
    return f"{kind}-{sheet.arrangement.session.code}-{sheet.site.name}-{sheet.slot}-v{version}.pdf"


def _give_up(sheet: Sheet, *, by: Actor) -> None:
    SHEET.check(sheet.state, "give_up", Who.SYSTEM)
    before = sheet.state
    sheet.give_up()
    sheet.token = sheet.leased_until = None
    sheet.save()
    record("sheets.give_up", sheet, by=by, from_state=before, to_state=sheet.state)


@transaction.atomic
def retry(sheet_id: int, *, by: Actor) -> Sheet:
    """Try one again that could not be made. Raises Problem: `permission_denied`, `not_found`, `state_conflict`."""
    _authorise(by)
    sheet = queries.for_update(by, sheet_id)
    SHEET.check(sheet.state, "retry", Who.STAFF)
    before = sheet.state
    sheet.retry()
    sheet.attempts = 0
    sheet.save()
    record("sheets.retry", sheet, by=by, from_state=before, to_state=sheet.state)
    wake("sheets.make_due")
    return sheet


@transaction.atomic
def take_out(sheet_id: int, *, by: Actor) -> tuple[str, bytes]:
    """Name and content of a sheet's file; who took it out is recorded.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where it is not made, or gone after its time.
    """
    _authorise(by)
    sheet = queries.one(by, sheet_id)
    if sheet.file is None or (sheet.file.expires_at and sheet.file.expires_at <= clock.now()):
        raise Problem(Code.STATE_CONFLICT, _("文件还没有制作，或者已过保存期。"))
    record("sheets.take_out", sheet, by=by, kind=sheet.kind, version=sheet.version)
    return sheet.file.name, sheet.file.read()


def _authorise(by: Actor) -> int:
    """The key of the person behind the actor."""
    if by.user_id is None or not arrangements.may_see(by):
        raise Problem(Code.PERMISSION_DENIED)
    return by.user_id
