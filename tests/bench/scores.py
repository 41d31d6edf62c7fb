"""The morning of a release: signed-in score query, 100,000 candidates with twelve results each.

Beside a plain Django view that returns a constant and a DRF list view as the ORM invites to write it, all behind the
product's own middleware and in the same process. Each question is another candidate's, so that no cache is kept warm
by the same row. Rates are of processor time of the web process; the time a caller waits is measured by the clock.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.test import override_settings
from django.urls import include, path
from rest_framework import generics, serializers
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.renderers import JSONRenderer

from candidate_api.accounts import tokens as secret_tokens
from candidate_api.accounts.actions import devices
from candidate_api.accounts.models import Device
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.demo.province.store import Store
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from tests.bench.asking import Asker, percentile
from tests.bench.measure import Row, rate
from tests.reference import furnish

PEOPLE, RESULTS, SIGNED_IN = 100_000, 12, 500
BATCH = 10_000


def rows() -> list[Row]:
    """Rates beside the constant view, and beside DRF's list; the 95th of a hundred answers in milliseconds."""
    tokens = furnished()
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
        server = Asker()
        constant = rate(asker(server, "/constant/", tokens))
        idiomatic = rate(asker(server, "/idiomatic/", tokens))
        ours = rate(asker(server, "/api/v1/me/scores/", tokens))
        late = percentile(asker(server, "/api/v1/me/scores/", tokens), 95, times=400) * 1000
        late_constant = percentile(asker(server, "/constant/", tokens), 95, times=400) * 1000
    return [
        Row(f"a view that answers a constant (95 of 100 within {late_constant:.1f} ms)", constant, constant),
        Row("DRF's list view over the ORM", idiomatic, constant),
        Row(f"me/scores/ (95 of 100 within {late:.1f} ms)", ours, constant),
        Row("the same beside DRF's list view", ours, idiomatic, goal=3),
    ]


def asker(server: Asker, address: str, tokens: list[str]) -> Callable[[], None]:
    """Asks the address, each time as the next of those who are signed in."""
    turn = cycle(tokens)

    def ask() -> None:
        _headers, body = server.get(address, HTTP_AUTHORIZATION=f"Bearer {next(turn)}")
        if address != "/constant/" and body.count(b'"score"') != RESULTS:
            raise AssertionError(f"{address}: {body[:200]!r}")

    return ask


# -- what it is compared with -----------------------------------------------------------------------------------------
def constant(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"count": 0, "results": []})


class PlainScore(serializers.ModelSerializer[Score]):
    course_name = serializers.CharField(source="course.name")
    course_code = serializers.CharField(source="course.code")
    session_code = serializers.CharField(source="session.code")
    status_label = serializers.CharField(source="get_status_display")
    source_label = serializers.CharField(source="get_source_display")

    class Meta:
        model = Score
        exclude = ("candidate", "recorded_at")


class PlainBearer(TokenAuthentication):
    """DRF's own, with the table where our tokens lie; `saw` is left out, which writes once in a while."""

    keyword = "Bearer"

    def authenticate_credentials(self, key: str) -> tuple[User, Device]:
        device = Device.objects.select_related("user").filter(digest=secret_tokens.digest(key)).first()
        if device is None or not device.user.is_active:
            raise AuthenticationFailed
        return device.user, device


class PlainScores(generics.ListAPIView[Score]):
    authentication_classes = (PlainBearer,)
    renderer_classes = (JSONRenderer,)
    serializer_class = PlainScore

    def get_queryset(self) -> Any:
        own = Score.objects.filter(candidate__user=self.request.user, session__scores_at__lte=clock.now())
        return own.select_related("course", "session").order_by("-session__code")


urlpatterns = [
    path("constant/", constant),
    path("idiomatic/", PlainScores.as_view()),
    path("", include("portal.urls")),
]


# -- the scene --------------------------------------------------------------------------------------------------------
def furnished() -> list[str]:
    """Candidates with released results, and the tokens of some who are signed in."""
    furnish()
    session = ExamSession.objects.get(code="2026-10")
    ExamSession.objects.filter(pk=session.pk).update(scores_at=clock.now() - timedelta(hours=1))
    courses = list(Course.objects.order_by("code").values_list("pk", flat=True)[:RESULTS])
    store, users = Store(User, Candidate, Score), []
    for serial in range(PEOPLE):
        users.append(candidate(store, serial, session.pk, courses))
        if serial % BATCH == BATCH - 1:
            store.write()
    settle()
    chosen = User.objects.filter(pk__in=users[:: PEOPLE // SIGNED_IN])
    return [devices.issue_token(user, "bench", by=Actor(None, "", "api"))[0] for user in chosen]


def settle() -> None:
    """The planner knows what lies there, as it does on a machine that has been running."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def candidate(store: Store, serial: int, session: int, courses: list[int]) -> int:
    """One candidate and their results; the key of the user."""
    now = clock.now()
    user = store.row(User, username=f"bench-{serial}", name="韦小莉", is_candidate=True, created_at=now)
    person = store.row(
        Candidate,
        user_id=user.pk,
        state="enrolled",
        candidate_number=f"0101262{serial:05d}",
        id_type="resident_id",
        id_number=f"B{serial:08d}",
        notice_version="bench",
        created_at=now,
    )
    for course in courses:
        mark = secrets.randbelow(41) + 60
        facts = {"score": mark, "status": "passed", "recorded_at": now}
        store.row(Score, candidate_id=person.pk, session_id=session, course_id=course, **facts)
    return int(user.pk)
