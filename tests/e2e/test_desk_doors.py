"""Every address under /admin/ × every role, as the URL resolver knows them: what opens is written down here.

Each role is held at the province, where it reaches furthest. What belongs to another office is asked for in
tests/e2e/test_desk_matrix.py.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from candidate_api.candidates.models import Candidate
from candidate_api.sessions.models import ExamSession
from cms.tests import factories
from cms.windows.models import BusinessWindow
from portal.kernel.tests.staff import member
from review.offices.states import Role
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
NOTHING = 10**9
KINDS: dict[str, type[Model]] = {
    "arrangements": ExamSession,
    "sheets": ExamSession,
    "windows": BusinessWindow,
    "candidates": Candidate,
}
_CATALOGUE = (
    "areas codes courses districts exemptions majors offerings plans rooms schools sessions sites substitutions"
)
# One's own account and door, what pages load themselves, and the catalogue, which anybody reads at the front too.
EVERYBODYS = {
    *("", "account", "dismissibles", "door", "jsi18n", "sprite", "catalogue-textbooks"),
    *(f"catalogue-{kind}" for kind in _CATALOGUE.split()),
}
_BUSINESS = {
    "accommodations": "archive",
    "applications": "archive auditor first_reviewer second_reviewer",
    "arrangements": "administrator archive",
    "audit": "administrator auditor",
    "broadcasts": "administrator",
    "bulk": "first_reviewer second_reviewer",
    "cancellations": "administrator archive auditor finance",
    "candidates": "administrator archive first_reviewer second_reviewer support",
    "complaints": "administrator support",
    "course-matches": "administrator archive auditor first_reviewer second_reviewer",
    "erasures": "administrator archive",
    "finance": "administrator auditor finance",
    "graduations": "archive auditor first_reviewer second_reviewer",
    "imports": "archive",
    "invariants": "administrator auditor",
    "messages": "administrator support",
    "payments": "administrator auditor finance",
    "reconciliation": "administrator auditor finance",
    "results": "archive first_reviewer second_reviewer",
    "review.applicationtype": "administrator",
    "service": "administrator",
    "sheets": "administrator archive",
    "staff": "administrator",
    "timetables": "administrator",
    "transfers": "archive auditor first_reviewer second_reviewer",
    "waiting": "administrator archive auditor finance",
    "windows": "administrator",
    "wordings": "administrator",
}
_PUBLISHING = {
    "administrator editor": [
        *("api", "choose-anchor-link", "choose-email-link", "choose-external-link", "choose-page"),
        *("choose-phone-link", "cms.banner", "cms.faqcategory", "cms.newschannel", "cms.tile", "documents", "embeds"),
        *("images", "news", "pages", "reports", "tag-autocomplete"),
    ],
    "administrator": ["cms.cannedanswer", "cms.complaintcategory", "cms.specialday", "cms.supportteam"],
    "editor": ["cms.faqquestion", "forms"],
}
# Collections, groups, redirects, sites, users and workflows are in neither: no role has them, but a superuser.
OPENS = {name: set(roles.split()) for name, roles in _BUSINESS.items()} | {
    name: set(roles.split()) for roles, names in _PUBLISHING.items() for name in names
}
# They sign somebody out, ask somebody who has not signed in, or answer to everything that is not there.
_NOT_WALKED = re.compile(r"admin/(logout/|login/|password_reset/|\^\.\*/\$)")


def addresses(resolver: URLResolver, under: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = under + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from addresses(entry, route)


def filled(route: str, page: int) -> str:
    """The route with something for each gap: a notice, the first row of its kind, else what is missing."""
    snippet = re.match(r"admin/snippets/(?:choose/)?(\w+)/(\w+)/", route)
    kind = apps.get_model(*snippet.groups()) if snippet else KINDS.get(area(route))
    row = kind._default_manager.values_list("pk", flat=True).first() if kind else None
    gaps = {
        "page_id": page, "parent_page_id": page, "page_pk": page, "destination_id": page, "page_to_move_id": page,
        "app_label": "cms", "app_name": "cms", "content_type_app_name": "cms", "code": "2027-04",
        "model_name": "newspage", "content_type_model_name": "newspage",
    }  # fmt: skip
    plain = re.sub(r"\(\?P(<\w+>)(?:[^()]|\\.)*\)", r"\1", route).replace("^", "").replace("$", "").replace("\\", "")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda gap: str(gaps.get(gap[1], row or NOTHING)), plain)


def area(route: str) -> str:
    """What an address is about: its first step, and the model where it is a snippet's."""
    steps = route.split("/")
    if steps[1] == "snippets" and len(steps) > 4:
        return ".".join(steps[3:5] if steps[2] == "choose" else steps[2:4])
    return steps[1]


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_what_opens_to_whom(role: str) -> None:
    life.enrolled()
    page = factories.news().pk
    client = Client(raise_request_exception=False)
    client.force_login(member(role, number=7))
    opened = set()
    for route in addresses(get_resolver()):
        if route.startswith("admin/") and not _NOT_WALKED.match(route):
            answer = client.get(filled(route, page))
            assert answer.status_code < 500, filled(route, page)
            if is_open(answer):
                opened.add(area(route))
    assert sorted(opened) == sorted(EVERYBODYS | {name for name, roles in OPENS.items() if role in roles})


def is_open(answer: Any) -> bool:
    if answer.status_code in (301, 302):
        return answer.headers["Location"].split("?")[0] not in ("/admin/", "/admin/login/")
    return answer.status_code < 300
