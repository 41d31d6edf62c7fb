"""What a window is at an instant. Instants are aware; a window is open while `opens_at <= now < closes_at`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.db import models
from django.utils import dateformat
from django.utils.translation import gettext, gettext_lazy

from portal.kernel import clock
from portal.kernel.errors import Words


class Business(models.TextChoices):
    """What the office opens windows for. Codes are the API's; labels are the tiles'."""

    COURSE_REGISTRATION = "course-registration", gettext_lazy("课程报考及缴费")
    ADMISSION_TICKET = "admission-ticket", gettext_lazy("打印准考证")
    SCORES = "scores", gettext_lazy("成绩查询")
    EXEMPTION = "exemption", gettext_lazy("课程免考")
    TRANSFER_OUT = "transfer-out", gettext_lazy("转至外省")
    TRANSFER_IN = "transfer-in", gettext_lazy("外省转入")
    THESIS_DEFENCE = "thesis-defence", gettext_lazy("毕业论文答辩")
    GRADUATION = "graduation", gettext_lazy("毕业申请")
    GRADUATION_CERTIFICATE = "graduation-certificate", gettext_lazy("毕业证明书")
    REGISTRATION_REFUND = "registration-refund", gettext_lazy("报考退费")
    SCORE_REVIEW = "score-review", gettext_lazy("成绩复核")
    INFO_CHANGE = "info-change", gettext_lazy("考生信息变更")


class Phase(models.TextChoices):
    """The parts of one business that have a time of their own."""

    APPLY = "apply", gettext_lazy("网上申请")
    CONFIRM = "confirm", gettext_lazy("网上确认")
    ONSITE = "onsite", gettext_lazy("现场确认")
    RELEASE = "release", gettext_lazy("开放查询")


# For how long after its close a window can still be reopened for one person.
EXTENDABLE = timedelta(days=180)

# For how long after its close a window is still listed under 办理时间.
SHOWN_AFTERWARDS = timedelta(days=60)


def main_phase(business: str) -> Phase:
    """The phase that a business's entry shows: what is released is read, the rest is applied for."""
    return Phase.RELEASE if business in {Business.ADMISSION_TICKET, Business.SCORES} else Phase.APPLY


class WindowState(models.TextChoices):
    UPCOMING = "upcoming", gettext_lazy("未开始")
    OPEN = "open", gettext_lazy("进行中")
    CLOSED = "closed", gettext_lazy("已截止")


def business_choices() -> list[tuple[str, Words]]:
    """For model fields: a function, so that a new business is no migration."""
    return list(Business.choices)


def phase_choices() -> list[tuple[str, Words]]:
    return list(Phase.choices)


class Span(Protocol):
    """Anything with an opening and an instant at which it ends for whom it is asked for."""

    opens_at: datetime

    @property
    def ends_at(self) -> datetime: ...


AnySpan = TypeVar("AnySpan", bound=Span)


def state(opens_at: datetime, closes_at: datetime, at: datetime) -> WindowState:
    if at < opens_at:
        return WindowState.UPCOMING
    return WindowState.OPEN if at < closes_at else WindowState.CLOSED


def label(opens_at: datetime, closes_at: datetime, at: datetime) -> str:
    """未开始 / 进行中 剩2天 / 已截止, in the active language; the last day in hours, the last hour in minutes."""
    now = state(opens_at, closes_at, at)
    if now is not WindowState.OPEN:
        return str(now.label)
    return gettext("进行中 剩%(time)s") % {"time": _remaining(closes_at - at)}


def _remaining(left: timedelta) -> str:
    if left >= timedelta(days=1):
        return gettext("%(count)d天") % {"count": left.days}
    if left >= timedelta(hours=1):
        return gettext("%(count)d小时") % {"count": left // timedelta(hours=1)}
    return gettext("%(count)d分钟") % {"count": max(left // timedelta(minutes=1), 1)}


def choose(windows: Iterable[AnySpan], at: datetime) -> AnySpan | None:
    """The one that matters at `at`: the open one that closes last, else the next to open, else the last that closed."""

    def rank(window: AnySpan) -> tuple[int, float]:
        match state(window.opens_at, window.ends_at, at):
            case WindowState.OPEN:
                return 0, -window.ends_at.timestamp()
            case WindowState.UPCOMING:
                return 1, window.opens_at.timestamp()
        return 2, -window.ends_at.timestamp()

    return min(windows, key=rank, default=None)


def instant(value: datetime) -> str:
    """An instant as people read it, in the active language: `2026年11月25日 09:00`."""
    return dateformat.format(clock.local(value), gettext("Y年n月j日 H:i"))


def deadline(value: datetime) -> str:
    """A closing instant as people read it: what ends at midnight ends at `24:00` of the day before."""
    local = clock.local(value)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return dateformat.format(local - timedelta(days=1), gettext("Y年n月j日 24:00"))
    return instant(value)
