"""Attempts to pay: opened at the channel, handed out again, asked about, closed before another one begins.

No transaction is open while a channel is called. What others did meanwhile is looked at under the lock after it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.payments import queries, rules
from candidate_api.payments.actions import events
from candidate_api.payments.actions.settlement import mismatch, resolve_or_leave, settle
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.payments.providers.contract import (
    PayRequest,
    Prepared,
    ProviderRefused,
    ProviderUnavailable,
    TradeState,
)
from candidate_api.payments.providers.registry import provider
from candidate_api.payments.states import LIVE, MAY_RETRY, EventKind, Scene
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, Words, invalid
from portal.kernel.work import wake

log = structlog.get_logger("portal.payments")
ROUNDS = 3  # an old attempt to close, one that somebody else began meanwhile, and ours


def already_paid() -> Problem:
    return Problem(Code.ALREADY_PAID, _("订单已支付，请勿重复支付。"))


@contextmanager
def when_paid(sentence: Words) -> Iterator[None]:
    """For verbs that do not pay: where the order turns out to be paid, say `sentence` with `already_paid`."""
    try:
        yield
    except Problem as problem:
        if problem.code != Code.ALREADY_PAID:
            raise
        raise Problem(Code.ALREADY_PAID, sentence) from problem


def order_closed() -> Problem:
    return Problem(Code.ORDER_CLOSED, _("订单已关闭，不能再支付。"))


def in_progress() -> Problem:
    return Problem(Code.PAYMENT_IN_PROGRESS, _("另一笔支付正在进行，请稍候几分钟再试。"), retry_after=60)


def unavailable() -> Problem:
    return Problem(
        Code.PROVIDER_UNAVAILABLE, _("支付渠道暂时没有响应，请稍后再试；已支付的款项不会丢失。"), retry_after=10
    )


def start_attempt(
    order_number: str, channel: str, scene: str, client_ip: str, *, by: Actor, openid: str = ""
) -> PaymentAttempt:
    """An open attempt on this channel and scene, whose `invoke` the client hands to the channel.

    An open one is handed out again; one on another channel or scene is closed at its channel first. Raises Problem:
    `not_found`, `already_paid`, `order_closed`, `payment_in_progress` (an older attempt may still be paid),
    `provider_unavailable`, `validation_failed` (a channel or scene that is not offered; `jsapi` needs the payer's
    `openid`).
    """
    _require_offered(channel, scene, openid)
    for _round in range(ROUNDS):
        attempt, usable = _claim(order_number, channel, scene, client_ip, openid, by=by)
        if not usable:
            close_at_channel(attempt, by=by)
            continue
        if attempt.state == "open" and attempt.invoke_expires_at and attempt.invoke_expires_at > clock.now():
            return attempt
        opened = _open(attempt, by=by)
        if opened is not None:
            return opened
    raise in_progress()


def _require_offered(channel: str, scene: str, openid: str) -> None:
    scenes = provider(channel).scenes
    if channel not in queries.offered_channels():
        raise invalid("channel", "not_offered", _("这种支付方式暂停使用，请选择其他支付方式。"))
    if scene not in scenes:
        raise invalid("scene", "not_offered", _("这种支付方式不支持该场景。"))
    if (scene == Scene.JSAPI) != bool(openid):
        raise invalid("openid", "required", _("公众号支付须提供且仅公众号支付可以提供 openid。"))


@transaction.atomic(durable=True)
def _claim(
    number: str, channel: str, scene: str, client_ip: str, openid: str, *, by: Actor
) -> tuple[PaymentAttempt, bool]:
    """The order's live attempt and whether it can be used for what is asked; a new one where there is none."""
    order = queries.for_update(by, number)
    if order.state == "paid" or queries.has_unresolved_money(order):
        raise already_paid()
    if order.effective_state != "pending":
        raise order_closed()
    now = clock.now()
    live = queries.live_attempt(order)
    if live is not None:
        same = (live.channel, live.scene, live.openid) == (channel, scene, openid)
        return live, same and live.expires_at > now
    attempt = PaymentAttempt(
        order=order,
        channel=channel,
        scene=scene,
        out_trade_no=f"{order.number}-{order.attempts.count() + 1:02d}",
        amount_fen=order.amount_fen,
        client_ip=client_ip,
        openid=openid,
        expires_at=rules.attempt_end(order.expires_at, now),
        query_at=now + rules.FIRST_QUERY,
        created_at=now,
    )
    attempt.save(force_insert=True)
    record("payments.start_attempt", attempt, by=by, to_state=attempt.state, channel=channel, scene=scene)
    return attempt, True


def _open(attempt: PaymentAttempt, *, by: Actor) -> PaymentAttempt | None:
    """Open the attempt at its channel; None where it turned out to be closed there and a new one is needed."""
    request = PayRequest(
        out_trade_no=attempt.out_trade_no,
        scene=attempt.scene,
        title=attempt.order.title,
        amount_fen=attempt.amount_fen,
        expires_at=attempt.expires_at,
        client_ip=attempt.client_ip,
        openid=attempt.openid,
    )
    try:
        prepared = provider(attempt.channel).prepare(request)
    except ProviderUnavailable as error:
        log.warning("payments.prepare_unavailable", out_trade_no=attempt.out_trade_no, why=str(error))
        raise unavailable() from error
    except ProviderRefused as error:
        events.keep(EventKind.PREPARE, f"refused:{error}", channel=attempt.channel, attempt=attempt)
        _after_refusal(attempt, str(error), by=by)
        return None
    opened = _keep_invoke(attempt.pk, prepared, by=by)
    if opened.state == "succeeded":
        raise already_paid()
    if opened.state == "closed":
        # Somebody closed it while it was being opened: it must not stay open at the channel.
        _close_again(opened)
        return None
    return opened


def _after_refusal(attempt: PaymentAttempt, code: str, *, by: Actor) -> None:
    """The channel will not open it: because it is paid, or closed, or for a reason that only an operator can cure."""
    try:
        state = ask(attempt, by=by)
    except ProviderUnavailable as error:
        raise unavailable() from error
    if state == TradeState.PAID:
        raise already_paid()
    if state != TradeState.CLOSED:
        log.error("payments.prepare_refused", out_trade_no=attempt.out_trade_no, code=code)
        raise unavailable()


@transaction.atomic(durable=True)
def _keep_invoke(attempt_id: int, prepared: Prepared, *, by: Actor) -> PaymentAttempt:
    """Store what the channel handed out. Of threads that prepared the same attempt the first one's is kept."""
    _order, attempt = queries.lock_attempt(attempt_id)
    fresh = attempt.invoke_expires_at is not None and attempt.invoke_expires_at > clock.now()
    if attempt.state not in LIVE or (attempt.state == "open" and fresh):
        return attempt
    from_state = attempt.state
    attempt.open()
    attempt.invoke, attempt.invoke_expires_at = prepared.invoke, prepared.valid_until
    attempt.save(update_fields=["state", "invoke", "invoke_expires_at"])
    events.keep(EventKind.PREPARE, "opened", channel=attempt.channel, attempt=attempt, body=prepared.raw)
    if from_state == "created":
        record("payments.open_attempt", attempt, by=by, from_state=from_state, to_state=attempt.state)
    return attempt


def _close_again(attempt: PaymentAttempt) -> None:
    try:
        outcome = str(provider(attempt.channel).close(attempt.out_trade_no))
    except ProviderUnavailable as error:
        # It ends by itself at `expires_at`; money that still comes is recorded and goes back.
        outcome = f"unavailable:{error}"
    events.keep(EventKind.CLOSE, outcome, channel=attempt.channel, attempt=attempt)


# -- asking and closing -----------------------------------------------------------------------------------------
def ask(attempt: PaymentAttempt, *, by: Actor) -> TradeState:
    """Ask the channel what this attempt is and believe it: settle what is paid, close what is closed there.

    Raises ProviderUnavailable.
    """
    answer = provider(attempt.channel).query(attempt.out_trade_no)
    why = mismatch(attempt, answer.paid) if answer.paid else ""
    events.keep(EventKind.QUERY, why or str(answer.state), channel=attempt.channel, attempt=attempt, body=answer.raw)
    if why:
        log.error("payments.mismatch", out_trade_no=attempt.out_trade_no, why=why)
        raise ProviderUnavailable(why)
    if answer.paid:
        settle(attempt.pk, answer.paid, by=by)
    elif answer.state == TradeState.CLOSED:
        _mark_closed(attempt.pk, by=by)
    return answer.state


def close_at_channel(attempt: PaymentAttempt, *, by: Actor) -> None:
    """Make sure at the channel that this attempt can no longer be paid.

    Raises Problem: `already_paid` where it was (the money is recorded then), `payment_in_progress` where it is being
    paid or nobody can know.
    """
    try:
        state = ask(attempt, by=by)
        if state == TradeState.PAYING:
            raise in_progress()
        if state in {TradeState.UNPAID, TradeState.UNKNOWN}:
            state = provider(attempt.channel).close(attempt.out_trade_no)
            events.keep(EventKind.CLOSE, str(state), channel=attempt.channel, attempt=attempt)
            if state == TradeState.PAID:
                state = ask(attempt, by=by)
    except ProviderUnavailable as error:
        log.warning("payments.close_unavailable", out_trade_no=attempt.out_trade_no, why=str(error))
        raise in_progress() from error
    if state == TradeState.PAID:
        raise already_paid()
    if state != TradeState.CLOSED:
        raise in_progress()
    _mark_closed(attempt.pk, by=by)


@transaction.atomic(durable=True)
def _mark_closed(attempt_id: int, *, by: Actor) -> None:
    _order, attempt = queries.lock_attempt(attempt_id)
    if attempt.state not in LIVE:
        return
    from_state = attempt.state
    attempt.close()
    attempt.save(update_fields=["state"])
    record("payments.close_attempt", attempt, by=by, from_state=from_state, to_state=attempt.state)


def confirm(order_number: str, *, by: Actor) -> Order:
    """The payer says that it is paid: ask the channel now. The order as it is afterwards.

    Never believes the payer. Raises Problem: `not_found`, `provider_unavailable`.
    """
    order = queries.get(by, order_number)
    if order.state == "paid":
        return order
    for attempt in order.attempts.filter(state="succeeded", resolved_at=None):
        resolve_or_leave(attempt.pk, by=by)
    try:
        for attempt in order.attempts.filter(state__in=LIVE).select_related("order"):
            ask(attempt, by=by)
    except ProviderUnavailable as error:
        raise unavailable() from error
    return queries.get(by, order_number)


def look_again(attempt_id: int, *, by: Actor) -> PaymentAttempt:
    """Somebody at the desk has this attempt looked at now: recorded money is resolved, else the channel is asked.

    Raises Problem: `permission_denied`, `provider_unavailable`.
    """
    if not by.has_role_at_top(*MAY_RETRY):
        raise Problem(Code.PERMISSION_DENIED)
    attempt = PaymentAttempt.objects.select_related("order").get(pk=attempt_id)
    with transaction.atomic(durable=True):
        record("payments.look_again", attempt, by=by, out_trade_no=attempt.out_trade_no)
    if attempt.state == "succeeded":
        resolve_or_leave(attempt_id, by=by)
    else:
        try:
            ask(attempt, by=by)
        except ProviderUnavailable as error:
            raise unavailable() from error
    return PaymentAttempt.objects.get(pk=attempt_id)


def look_at(number: str, *, by: Actor) -> tuple[Order, PaymentAttempt | None]:
    """The payer looks at the order, and at its attempt under way: what a job would find out later, a worker does now.

    The attempt is asked about, at most once in `rules.WATCHED`; an order whose time is over is closed. The channel is
    never asked here, so that nobody waits for it. Raises Problem `not_found` for another's.
    """
    order, now = queries.get(by, number), clock.now()
    if order.effective_state != order.state:
        wake("payments.expire_due")
    attempt = queries.live_attempt(order)
    if attempt is None or not rules.may_hasten(attempt.created_at, attempt.query_at, now):
        return order, attempt
    # Compare and set: of two windows that look one wakes a worker.
    if PaymentAttempt.objects.filter(pk=attempt.pk, query_at=attempt.query_at, state__in=LIVE).update(query_at=now):
        wake("payments.query_pending")
    return order, attempt


def query_pending(*, by: Actor) -> int:
    """Ask about every live attempt that is due: the net under lost notices. How many were asked about."""
    asked = 0
    for attempt_id in queries.due_to_query():
        attempt = PaymentAttempt.objects.select_related("order").get(pk=attempt_id)
        now = clock.now()
        # Compare and set: of two sweepers one asks, and a channel that is down is not asked at every run.
        due = PaymentAttempt.objects.filter(pk=attempt_id, query_at=attempt.query_at, state__in=LIVE)
        if not due.update(query_at=rules.next_query(attempt.created_at, now)):
            continue
        try:
            ask(attempt, by=by)
        except ProviderUnavailable as error:
            log.warning("payments.query_unavailable", out_trade_no=attempt.out_trade_no, why=str(error))
        except Exception:
            log.exception("payments.query_failed", out_trade_no=attempt.out_trade_no)
        else:
            asked += 1
    return asked
