"""When a bill is due, and from where on it counts. Plain values."""

from datetime import date, datetime, time, timedelta

# A channel has yesterday's bill from ten o'clock on (WeChat Pay; Alipay from nine).
READY_AT = time(10)
# Bills of days longer ago are not fetched by themselves.
LONGEST = timedelta(days=31)
# After a failure it is tried again in a while.
RETRY = timedelta(minutes=15)


def days_due(first: date, local_now: datetime) -> list[date]:
    """The days whose bills have to be there by the wall clock in Guangxi, `first` the first day with a payment."""
    last = local_now.date() - timedelta(days=1 if local_now.time() >= READY_AT else 2)
    start = max(first, local_now.date() - LONGEST)
    return [start + timedelta(days=n) for n in range((last - start).days + 1)]
