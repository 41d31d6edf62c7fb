"""One record at the desk: the person as far as one may read of them without asking for more, and what was done."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import DESK
from candidate_api.identity.queries import Status, status
from candidate_api.identity.states import ON_SITE
from candidate_api.registry import actions, queries
from candidate_api.registry.admin.acts import CANDIDATE_ACTS, masked
from candidate_api.registry.states import MAY_UNMASK
from cms.windows.queries import extensions_of
from portal.kernel import clock
from portal.kernel.admin import ForRoles
from portal.kernel.audit.models import AuditEntry
from portal.kernel.audit.queries import about
from portal.kernel.audit.words import word
from portal.kernel.downloads import private_file
from portal.kernel.errors import Problem, Words
from portal.kernel.text import mask_name

LATEST = 10


def state_of(candidate: Candidate) -> str:
    """What the desk reads: a freeze, or the end of the account, before the record's own state."""
    if candidate.frozen:
        return str(_("已冻结"))
    if not candidate.user.is_active and candidate.state != "merged":
        return str(_("账号已注销，可在“注销申请”中恢复"))
    return str(candidate.get_state_display())  # type: ignore[attr-defined]


def _profile(candidate: Candidate) -> list[tuple[Words, Any]]:
    """The year of birth and the county alone: the day would fill what is masked in the ID number."""
    ethnicity, lives = queries.ethnicity_and_area(candidate)
    born = candidate.birth_date
    return [
        (_("性别"), candidate.get_gender_display()),
        (_("出生日期"), f"{born:%Y}-**-**" if born else ""),
        (_("民族"), ethnicity),
        (_("通信地址"), f"{lives}****" if candidate.address else lives),
    ]


def _where_it_stands(candidate: Candidate) -> list[tuple[Words, Any]]:
    return [
        (_("状态"), state_of(candidate)),
        (_("身份认证"), _identity(candidate.standing)),  # type: ignore[attr-defined]
        (_("注册时间"), _at(candidate.created_at)),
        (_("准考证号生成时间"), _at(candidate.enrolled_at)),
    ]


def _at(instant: datetime | None) -> str:
    return f"{clock.local(instant):%Y-%m-%d %H:%M}" if instant else ""


def _identity(found: Status) -> str:
    """Passed or not, whether the police's records said so or a person at the counter, and when."""
    check = found.check
    if check is None or found.result is None:
        return str(_("未认证"))
    how = _("现场核验") if check.note == ON_SITE else _("在线认证")
    return f"{found.result.label}（{how}）{_at(found.checked_at)}"


def _doer(entry: AuditEntry, candidate: Candidate) -> str:
    """Staff by name, the candidate masked as on the rest of the page."""
    name: str = entry.actor_name
    return mask_name(name) if entry.actor_id == candidate.user_id else name


class Detail(ForRoles, View):
    """One record, masked, and what may be done with it."""

    roles = DESK

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            candidate = queries.one(self.actor, pk)
        except Problem as problem:
            raise Http404 from problem
        candidate.standing = status(candidate)  # type: ignore[attr-defined]
        candidate.extensions = list(extensions_of(candidate.user_id))  # type: ignore[attr-defined]
        may = {n: act for n, act in CANDIDATE_ACTS.items() if self.actor.has_role(*act.roles) and act.fits(candidate)}
        freezes = list(candidate.freezes.select_related("frozen_by", "lifted_by"))
        checks = [check] if (check := candidate.standing.check) else []  # type: ignore[attr-defined]
        entries = about(candidate, candidate.user, *freezes, *checks, actor=self.actor)[:LATEST]
        context = {
            "header_title": _("考生"),
            "breadcrumbs_items": [
                {"url": reverse("candidates:index"), "label": _("考籍管理")},
                {"url": "", "label": _("考生"), "sublabel": str(candidate)},
            ],
            "candidate": candidate,
            "facts": [*masked(candidate), *_profile(candidate), *_where_it_stands(candidate)],
            "may_look": self.actor.has_role(*MAY_UNMASK),
            "acts": [(act.button, reverse(f"candidates:{name}", args=[pk])) for name, act in may.items()],
            "freezes": freezes,
            "extensions": candidate.extensions,  # type: ignore[attr-defined]
            "followers": queries.followers(candidate),
            "mergers": queries.mergers_of(self.actor, candidate),
            "entries": [(entry, word(entry.verb), _doer(entry, candidate)) for entry in entries],
        }
        return render(request, "registry/candidate.html", context)


class Photo(ForRoles, View):
    """The photo, shown in the page of its record; who looked is written down."""

    roles = MAY_UNMASK

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            file = actions.open_photo(pk, by=self.actor)
        except Problem as problem:
            raise Http404 from problem
        return private_file(file.read(), file.content_type, file.name)
