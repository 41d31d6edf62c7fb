"""考场用表 at the desk: how far each site is, the sheets of one site, and taking one out."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.viewsets.base import ViewSet

from candidate_api.arrangements import queries as arrangements
from candidate_api.arrangements.admin.pages import ArchivePage
from candidate_api.arrangements.states import MAY_ARRANGE
from candidate_api.sessions.rules import SLOTS
from candidate_api.sheets import actions, queries
from candidate_api.sheets.models import Sheet
from portal.kernel.admin import ActView
from portal.kernel.downloads import private_file

_REFRESH = "4"  # seconds
_LABELS = {slot.number: slot.label for slot in SLOTS}


class OneSession(ArchivePage):
    """Each site with the number of its sheets; all that is missing can be asked for."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        session = arrangements.session(pk)
        rows = queries.progress(self.actor, session)
        made, outdated, waiting, failed = (sum(row[column] for row in rows) for column in range(1, 5))
        answer = self.show(
            "sheets/session.html",
            _("考场用表"),
            [(reverse("arrangements:one", args=[pk]), session.name)],
            session=session,
            rows=rows,
            made=made,
            outdated=outdated,
            waiting=waiting,
            failed=failed,
            total=made + waiting,
            published=arrangements.is_published(session),
        )
        if waiting:
            answer["Refresh"] = _REFRESH
        return answer

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        number = actions.request(arrangements.session(pk).code, by=self.actor)
        messages.success(request, str(_told(number)))
        return HttpResponseRedirect(reverse("sheets:session", args=[pk]))


class OneSite(ArchivePage):
    """The sheets of one site."""

    def get(self, request: HttpRequest, pk: int, site: int) -> HttpResponse:
        session, found = arrangements.session(pk), arrangements.site(self.actor, site)
        sheets = list(queries.visible_to(self.actor).filter(arrangement__session=session, site=found))
        answer = self.show(
            "sheets/site.html",
            found.name,
            [
                (reverse("arrangements:one", args=[pk]), session.name),
                (reverse("sheets:session", args=[pk]), _("考场用表")),
            ],
            session=session,
            site=found,
            sheets=[(sheet, _LABELS[sheet.slot]) for sheet in sheets],
            published=arrangements.is_published(session),
        )
        if any(sheet.state == "queued" for sheet in sheets):
            answer["Refresh"] = _REFRESH
        return answer

    def post(self, request: HttpRequest, pk: int, site: int) -> HttpResponse:
        number = actions.request(arrangements.session(pk).code, site, by=self.actor)
        messages.success(request, str(_told(number)))
        return HttpResponseRedirect(reverse("sheets:site", args=[pk, site]))


def _told(number: int) -> Any:
    if not number:
        return _("没有需要制作的，已制作的都是现行版本。")
    return _("正在制作%(number)d份。") % {"number": number}


class TakeOut(ArchivePage):
    """The file itself; posted, since it is recorded who takes it out."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        name, content = actions.take_out(pk, by=self.actor)
        return private_file(content, "application/pdf", name, attached=True)


class Retry(ActView):
    title = button = _("重新制作")
    roles = MAY_ARRANGE
    form_class = forms.Form

    def find(self, pk: int) -> Sheet:
        return queries.one(self.actor, pk)

    def back(self) -> str:
        return reverse("sheets:site", args=[self.thing.arrangement.session_id, self.thing.site_id])

    def act(self, given: dict[str, Any]) -> None:
        actions.retry(self.thing.pk, by=self.actor)
        self.done(_("正在重新制作。"))


class SheetsViewSet(ViewSet):
    """Addresses alone: the pages are reached from 考场编排."""

    name = "sheets"
    icon = "doc-full"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("sessions/<row:pk>/", OneSession.as_view(), name="session"),
            path("sessions/<row:pk>/sites/<row:site>/", OneSite.as_view(), name="site"),
            path("<row:pk>/file/", TakeOut.as_view(), name="file"),
            path("<row:pk>/retry/", Retry.as_view(), name="retry"),
        ]
