"""考场编排 at the desk: the sessions, one session by site and slot, a site, a room, one person's seats."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from candidate_api.arrangements import queries
from candidate_api.arrangements.admin.acts import OF_SESSION, Complete, Draw, Move, Publish, room_words
from candidate_api.arrangements.models import Arrangement, Seat
from candidate_api.arrangements.states import MAY_ARRANGE
from candidate_api.sessions.models import ExamSession
from candidate_api.sessions.rules import SLOTS
from portal.kernel import clock
from portal.kernel.admin import ForRoles, at_desk
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.errors import Problem, Words
from portal.kernel.text import mask_name

_REFRESH = "3"  # seconds
_CHANGES = 50


class ArchivePage(ForRoles, View):
    """A page for the archive of the province, or of a city."""

    roles = MAY_ARRANGE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not queries.may_see(at_desk(request)):
            raise PermissionDenied
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            raise Http404 from problem

    def show(self, template: str, title: Words, way: list[tuple[str, Words]], **context: Any) -> HttpResponse:
        """The page of that template; `way` leads to it from 考场编排, as addresses with their labels."""
        crumbs = [(reverse("arrangements:index"), _("考场编排")), *way, ("", title)]
        context |= {
            "header_title": title,
            "breadcrumbs_items": [{"url": url, "label": label} for url, label in crumbs],
            "slots": SLOTS,
        }
        return render(self.request, template, context)


class Index(ArchivePage):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "header_title": _("考场编排"),
            "breadcrumbs_items": [{"url": "", "label": _("考场编排")}],
            "sessions": queries.sessions(),
        }
        return render(request, "arrangements/index.html", context)


class FindForm(forms.Form):
    number = forms.CharField(label=_("准考证号"), max_length=12, strip=True)


class One(ArchivePage):
    """How far the session is, what is in the way, and how many sit where."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = queries.session(pk)
        arrangement = queries.of_session(session)
        rows = queries.table(self.actor, session) if arrangement else []
        waits = arrangement is not None and arrangement.state == "queued"
        answer = self.show(
            "arrangements/one.html",
            session.name,
            [],
            session=session,
            arrangement=arrangement,
            facts=_facts(arrangement),
            rows=rows,
            totals=[sum(row["slots"][place][1] for row in rows) for place in range(len(SLOTS))],
            conflicts=[] if waits or arrangement is None else _conflicts(session, arrangement),
            shortages=_shortages(arrangement),
            changes=list(queries.changes_of(self.actor, session)[:_CHANGES]) if arrangement else [],
            acts=[
                (act, reverse(f"arrangements:{act.__name__.lower()}", args=[pk]))
                for act in OF_SESSION
                if act.fits(arrangement, self.actor) and not session.closed
            ],
            is_own=arrangement is not None and arrangement.requested_by_id == self.actor.user_id,
            find=FindForm(),
        )
        if waits:
            answer["Refresh"] = _REFRESH
        return answer


def _facts(arrangement: Arrangement | None) -> list[tuple[Words, str]]:
    if arrangement is None:
        return []
    told: list[tuple[Words, Any]] = [
        (_("随机种子"), arrangement.seed),
        (_("编排"), _who(arrangement.requested_by, arrangement.requested_at)),
        (_("编排完成"), f"{clock.local(arrangement.drawn_at):%Y-%m-%d %H:%M}" if arrangement.drawn_at else ""),
        (_("发布"), _who(arrangement.published_by, arrangement.published_at)),
        (_("版本"), arrangement.version or ""),
        (_("科次"), arrangement.done),
    ]
    return [(label, value) for label, value in told if value != ""]


def _who(person: Any, at: Any) -> str:
    return f"{person or _('系统')} {clock.local(at):%Y-%m-%d %H:%M}" if at else ""


def _conflicts(session: ExamSession, arrangement: Arrangement) -> list[tuple[Words, int, Words]]:
    """What an eye should be on before it is published: what, how many, what becomes of it."""
    return [
        (_("报考成功、尚无座位"), sum(need.number for need in queries.needs(session)), _("发布时补编")),
        (_("已退考或已变更、仍占座位"), queries.outdated(session).count(), _("发布时收回")),
        (_("合理便利与考场不符"), queries.misplaced(session), _("请逐人调整")),
        (_("相邻同课程（编排时）"), arrangement.clashes, _("该场同一课程过半时不可避免")),
    ]


def _shortages(arrangement: Arrangement | None) -> list[dict[str, Any]]:
    labels = {slot.number: slot.label for slot in SLOTS}
    rows = arrangement.shortages if arrangement and arrangement.state == "short" else []
    return [row | {"slot_label": labels[row["slot"]]} for row in rows]


class OneSite(ArchivePage):
    """The rooms of one site, and how many sit in each in each slot."""

    def get(self, request: HttpRequest, pk: int, site: int) -> HttpResponse:
        session, found = queries.session(pk), queries.site(self.actor, site)
        return self.show(
            "arrangements/site.html",
            found.name,
            [(reverse("arrangements:one", args=[pk]), session.name)],
            session=session,
            site=found,
            rooms=queries.rooms(session, found),
        )


class OneRoom(ArchivePage):
    """Who sits in one room in one slot; each can be put elsewhere."""

    def get(self, request: HttpRequest, pk: int, room: int, slot: int) -> HttpResponse:
        session, found = queries.session(pk), queries.room(self.actor, room)
        sitting = next((one for one in session.slots if one.number == slot), None)
        if sitting is None:
            raise Http404
        seats = queries.seats_of(self.actor).filter(session=session, room=found, slot=slot).order_by("seat_no")
        site = found.site
        return self.show(
            "arrangements/room.html",
            room_words(found),
            [
                (reverse("arrangements:one", args=[pk]), session.name),
                (reverse("arrangements:site", args=[pk, site.pk]), site.name),
            ],
            sitting=sitting,
            **_listed(session, list(seats)),
        )


class Find(ArchivePage):
    """Where one person sits, by the 准考证号, which is sent in the body."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = queries.session(pk)
        form = FindForm(request.POST)
        seats: list[Seat] = []
        if form.is_valid():
            own = queries.seats_of(self.actor).filter(session=session)
            seats = list(own.filter(candidate__candidate_number=form.cleaned_data["number"]).order_by("slot"))
        way = [(reverse("arrangements:one", args=[pk]), session.name)]
        return self.show("arrangements/room.html", _("查找考生座位"), way, **_listed(session, seats))


def _listed(session: ExamSession, seats: list[Seat]) -> dict[str, Any]:
    arrangement = queries.of_session(session)
    rows = [(seat, mask_name(seat.candidate.user.name)) for seat in seats]
    return {"seats": rows, "amendable": arrangement is not None and arrangement.state == "published"}


class ArrangementsViewSet(ViewSet):
    name = "arrangements"
    icon = "grip"
    menu_label = _("考场编排")
    menu_order = 132
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", Index.as_view(), name="index"),
            path("<row:pk>/", One.as_view(), name="one"),
            path("<row:pk>/draw/", Draw.as_view(), name="draw"),
            path("<row:pk>/publish/", Publish.as_view(), name="publish"),
            path("<row:pk>/complete/", Complete.as_view(), name="complete"),
            path("<row:pk>/find/", Find.as_view(), name="find"),
            path("<row:pk>/sites/<row:site>/", OneSite.as_view(), name="site"),
            path("<row:pk>/rooms/<row:room>/<row:slot>/", OneRoom.as_view(), name="room"),
            path("seats/<row:pk>/move/", Move.as_view(), name="move"),
        ]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        class ItemForArchive(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return queries.may_see(at_desk(request))

        return ItemForArchive


plug(
    Queue(
        "arrangements",
        _("待发布的考场编排"),
        MAY_ARRANGE,
        lambda actor: Waiting(**queries.to_publish(actor)),
        "arrangements:index",
        2,
    )
)
