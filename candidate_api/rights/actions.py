"""A copy of everything, and the end of an account."""

import io
import json
import zipfile
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.accounts.actions import end_all
from candidate_api.accounts.proofs import demand
from candidate_api.candidates.proving import Proof
from candidate_api.candidates.queries import for_update
from candidate_api.registry.actions import proved_mobile
from candidate_api.registry.queries import open_business
from candidate_api.registry.states import TAKEN
from candidate_api.rights import queries
from candidate_api.rights.models import ErasureRequest, Export
from candidate_api.rights.reading import page
from candidate_api.rights.states import ERASURE, EXPORT, EXPORT_KEPT, EXPORTS_A_DAY
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.files.actions import keep, remove
from portal.kernel.files.models import PrivateFile
from portal.kernel.messages.actions import say
from portal.kernel.states import Who
from portal.kernel.users.holdings import REGISTRY, plain
from portal.kernel.users.models import User
from portal.kernel.work import wake

FILE_KIND = "export"


# -- a copy -----------------------------------------------------------------------------------------------------------
def request_export(proof: Proof, *, by: Actor) -> Export:
    """Ask for a copy of everything held about oneself; it is made by a job, and the person is told.

    Raises Problem: whatever `demand` raises, `throttled`, `state_conflict` while one is being made.
    """
    demand(proof, by=by)
    with transaction.atomic():
        candidate = for_update(by)
        today = queries.exports(by).filter(requested_at__gte=clock.at(clock.today()))
        if today.filter(state="requested").exists():
            raise Problem(Code.STATE_CONFLICT, _("个人数据正在准备，完成后会通知您。"))
        if today.count() >= EXPORTS_A_DAY:
            raise Problem(Code.THROTTLED, _("今天的次数已用完，请明天再试。"), retry_after=3600)
        export = Export.objects.create(user=candidate.user, requested_at=clock.now())
        record("rights.request_export", export, by=by, to_state=export.state)
        wake("rights.make_exports")
    return export


def make_exports(*, by: Actor) -> int:
    """Make what was asked for; how many. Each in a transaction of its own; two workers never make the same one."""
    made = 0
    for export_id in list(Export.objects.filter(state="requested").order_by("pk").values_list("pk", flat=True)[:100]):
        made += _make(export_id, by)
    return made


@transaction.atomic
def _make(export_id: int, by: Actor) -> int:
    rows = Export.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=export_id, state="requested")
    export = rows.first()
    if export is None:
        return 0
    EXPORT.check(export.state, "deliver", Who.SYSTEM)
    user, now = User.objects.get(pk=export.user_id), clock.now()
    file = keep(
        archive(user),
        kind=FILE_KIND,
        owner=user,
        name=f"个人数据-{clock.today():%Y%m%d}.zip",
        content_type="application/zip",
        expires_at=now + EXPORT_KEPT,
    )
    before = export.state
    export.deliver(file)
    export.ready_at = now
    export.save()
    record("rights.deliver_export", export, by=by, from_state=before, to_state=export.state)
    say(f"rights.export:{export.pk}", "export_ready", {}, to=user, link="/me/data/")
    return 1


def archive(user: User) -> bytes:
    """A ZIP: every noun's rows, what they are and how long they stay, as a page to read and as data.json for programs;
    files/ with the files."""
    held = [(holding, rows) for holding in REGISTRY.values() if (rows := holding.rows_of(user))]
    told: dict[str, Any] = {
        holding.model._meta.label_lower: {
            "说明": str(holding.what),
            "保存期限": str(holding.kept),
            "记录": [{name: plain(value) for name, value in row.items()} for row in rows],
        }
        for holding, rows in held
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("个人数据.html", page(user, held))
        packed.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=2))
        for file in PrivateFile.objects.filter(owner=user).exclude(kind=FILE_KIND).order_by("created_at"):
            packed.writestr(f"files/{file.pk}-{file.name}", file.read())
    return out.getvalue()


# -- the end ----------------------------------------------------------------------------------------------------------
def request_erasure(reason: str, proof: Proof, *, by: Actor) -> ErasureRequest:
    """Ask that one's account be closed and blanked. Raises Problem: whatever `demand` raises, `validation_failed` with
    what is still open, `state_conflict` where one waits."""
    demand(proof, by=by)
    try:
        with transaction.atomic():
            candidate = for_update(by)
            if found := open_business(candidate):
                errors = [FieldError("", "open_business", sentence) for sentence in found]
                raise Problem(Code.VALIDATION_FAILED, found[0], errors=errors)
            asked = ErasureRequest.objects.create(user=candidate.user, reason=reason, requested_at=clock.now())
            record("rights.request_erasure", asked, by=by, to_state=asked.state)
            say(f"rights.erasure:{asked.pk}", "erasure_requested", {}, to=candidate.user, link="/me/data/erasure/")
            return asked
    except IntegrityError as error:
        raise Problem(Code.STATE_CONFLICT, _("您的注销申请正在处理。")) from error


@transaction.atomic
def withdraw_erasure(*, by: Actor) -> ErasureRequest:
    """Take one's own request back. Raises Problem: `not_found`, `state_conflict` where it is decided."""
    for_update(by)
    asked = queries.own_erasure(by)
    if asked is None:
        raise Problem(Code.NOT_FOUND, _("没有注销申请。"))
    ERASURE.check(asked.state, "withdraw", Who.CANDIDATE)
    before = asked.state
    asked.withdraw()
    asked.save()
    record("rights.withdraw_erasure", asked, by=by, from_state=before, to_state=asked.state)
    return asked


@transaction.atomic
def refuse_erasure(erasure_id: int, decision: str, *, by: Actor) -> ErasureRequest:
    """Decide against it; the person reads `decision`. Raises Problem: `permission_denied`, `not_found`,
    `state_conflict`."""
    asked = queries.erasure_for_update(by, erasure_id)
    _decide(asked, "refuse", decision, by=by)
    say(f"rights.erasure_refused:{asked.pk}", "erasure_refused", {"why": decision}, to=asked.user)
    return asked


@transaction.atomic
def approve_erasure(erasure_id: int, decision: str, *, by: Actor) -> ErasureRequest:
    """Close the account and blank what no law keeps. The record stays; the person may come back at a counter
    (`reopen_account`).

    Raises Problem: `permission_denied`, `not_found`, `state_conflict`, `validation_failed` with what is still open.
    """
    asked = queries.erasure_for_update(by, erasure_id)
    user = asked.user
    ERASURE.check(asked.state, "approve", Who.STAFF)
    if not user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号已冻结或已停用。"))
    if found := open_business(user.candidate):
        raise Problem(Code.VALIDATION_FAILED, found[0])
    mobile, email = user.mobile, user.email
    end_all(user)
    for file in PrivateFile.objects.filter(owner=user, kind=FILE_KIND):
        remove(file)
    for holding in REGISTRY.values():
        if holding.blank:
            holding.blank(user)
    _decide(asked, "approve", decision, by=by)
    # To the bare address, after it has been blanked everywhere else; wiped once it is on its way.
    say(f"rights.erased:{asked.pk}", "erasure_done", {}, mobile=mobile, email=email)
    return asked


def reopen_account(erasure_id: int, mobile: str, code: str, reason: str, *, by: Actor) -> ErasureRequest:
    """恢复账号: whose account was closed comes back, at the counter, the document seen. Their record has been kept; the
    rest they fill in anew, and a password they set by 找回密码.

    The number is proved by a code (`registry.send_code`). Call it outside a transaction: a wrong code is counted.
    Raises Problem: `permission_denied`, `not_found`, `validation_failed`, `code_invalid`, `state_conflict`.
    """
    asked = queries.erasure(by, erasure_id)
    ERASURE.check(asked.state, "reopen", Who.STAFF)
    mobile = proved_mobile(asked.user.candidate.pk, mobile, code, by=by)
    try:
        return _reopen(erasure_id, mobile, reason, verified=bool(code), by=by)
    except IntegrityError as error:
        raise invalid("mobile", "taken", TAKEN) from error


@transaction.atomic
def _reopen(erasure_id: int, mobile: str, reason: str, *, verified: bool, by: Actor) -> ErasureRequest:
    asked = queries.erasure_for_update(by, erasure_id)
    ERASURE.check(asked.state, "reopen", Who.STAFF)
    before, user = asked.state, asked.user
    asked.reopen()
    asked.save()
    user.mobile, user.is_active = mobile, True
    user.save(update_fields=["mobile", "mobile_index", "is_active"])
    facts = {"from_state": before, "to_state": asked.state, "note": reason, "verified": verified}
    record("rights.reopen_account", asked, by=by, **facts)
    say(f"rights.reopened:{asked.pk}", "account_reopened", {}, to=user)
    return asked


def _decide(asked: ErasureRequest, verb: str, decision: str, *, by: Actor) -> None:
    ERASURE.check(asked.state, verb, Who.STAFF)
    before = asked.state
    getattr(asked, verb)()
    asked.decision, asked.decided_by_id, asked.decided_at = decision, by.user_id, clock.now()
    asked.save()
    facts = {"from_state": before, "to_state": asked.state, "note": decision}
    record(f"rights.{verb}_erasure", asked, by=by, **facts)
