"""What decides about money, over plain values."""

from datetime import datetime, timedelta

from portal.kernel.limits import Limit

# The channel's own order lives no longer than this; an attempt is then replaced by a new one.
ATTEMPT_LIFE = timedelta(hours=2)
# The channel refuses an order that would end at once.
ATTEMPT_LEAST = timedelta(minutes=1)
# When an open attempt is asked about by itself: first after a minute, then ever more seldom.
FIRST_QUERY = timedelta(minutes=1)
SELDOM = timedelta(minutes=15)
# While its payer looks at the order it is asked about once in so long.
WATCHED = timedelta(seconds=10)
# A refund that the channel has not settled is asked about, or sent again, after this times the tries so far.
REFUND_RETRY = timedelta(minutes=1)
REFUND_SELDOM = timedelta(hours=1)
# What is shown at the desk as trouble: money that has waited for so long to lead anywhere, an attempt of which nothing
# is known so long after its end, and messages of the last while that did not fit.
UNRESOLVED_AFTER = timedelta(minutes=5)
SILENT_AFTER = timedelta(minutes=30)
MISFITS_SHOWN = timedelta(days=7)
# Anybody can post to a callback's address. So many that nobody signed are kept for each channel, enough to look into;
# the rest stand in the log alone, so that nobody fills the disk. (The channels themselves send some hundred an hour.)
UNSIGNED_KEPT = Limit("payments.unsigned", 500, timedelta(hours=1))
MISFITS = ("amount_mismatch", "other_transaction", "transaction_of_another")


def effective_state(state: str, expires_at: datetime, now: datetime) -> str:
    """What an order is by the clock: a pending one is `expired` from `expires_at` on, also when no worker ran."""
    return "expired" if state == "pending" and now >= expires_at else state


def attempt_end(order_expires_at: datetime, now: datetime) -> datetime:
    """Until when the channel may take money for an attempt that begins now."""
    return max(min(order_expires_at, now + ATTEMPT_LIFE), now + ATTEMPT_LEAST)


def is_late(state: str, expires_at: datetime, paid_at: datetime) -> bool:
    """Whether money paid at `paid_at` (the channel's instant) is too late for an order in `state`.

    Paid in time but told late is in time, as long as nobody has closed the order.
    """
    return state != "pending" or paid_at > expires_at


def next_query(created_at: datetime, now: datetime) -> datetime:
    """When to ask again about an attempt: the pause grows with its age."""
    return now + min(max(now - created_at, FIRST_QUERY), SELDOM)


def last_query(created_at: datetime, query_at: datetime) -> datetime:
    """When an attempt was asked about last, or began: `next_query` read backwards."""
    return query_at - min(max((query_at - created_at) / 2, FIRST_QUERY), SELDOM)


def may_hasten(created_at: datetime, query_at: datetime, now: datetime) -> bool:
    """Whether the next query may be brought forward to now; one that is due already is on its way."""
    return query_at > now and now - last_query(created_at, query_at) >= WATCHED


def next_refund_try(tries: int, now: datetime) -> datetime:
    """When to ask or send again after `tries` calls to the channel."""
    return now + min(REFUND_RETRY * max(tries, 1), REFUND_SELDOM)
