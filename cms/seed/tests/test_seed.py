from datetime import date

import pytest
from django.contrib.auth.models import Group
from wagtail.documents import get_document_model
from wagtail.models import Page, Revision, Task, Workflow, WorkflowPage

from cms.faq.models import FaqQuestion
from cms.news.models import NewsChannel, NewsPage
from cms.seed import seed_channels, seed_faq, seed_news, seed_roles, seed_tiles, seed_windows
from cms.seed.data import half_of, previous
from cms.tests.factories import index
from cms.tiles.models import Tile
from cms.windows.models import BusinessWindow
from cms.windows.queries import require_open
from portal.kernel import clock

pytestmark = pytest.mark.django_db
MODELS = [BusinessWindow, FaqQuestion, Group, NewsChannel, NewsPage, Page, Revision, Tile, WorkflowPage]


def seed(today: date) -> list[list[object]]:
    centre = index()
    seed_channels()
    seed_roles(centre)
    seed_tiles()
    seed_windows(today, "2027-04")
    seed_faq()
    seed_news(today, "2027-04")
    rows: list[list[object]] = [list(model._default_manager.order_by("pk").values()) for model in MODELS]
    return [*rows, list(get_document_model().objects.values("pk", "title"))]


def test_a_second_run_changes_nothing() -> None:
    today = clock.today()

    assert seed(today) == seed(today)


def test_what_is_seeded_stands_as_it_was_meant() -> None:
    seed(clock.today())

    assert NewsPage.objects.live().count() == 15
    assert not NewsPage.objects.filter(search_text__regex=r"[{}]").exists()  # every placeholder found its text
    assert FaqQuestion.objects.count() == 30
    assert require_open("course-registration", "2027-04", user_id=None).session == "2027-04"
    with get_document_model().objects.get().open_file() as file:
        assert file.read()[:2] == b"PK"
    for page in NewsPage.objects.all():
        assert "None" not in page.body.render_as_block()
        assert len(page.body) >= 2
        page.full_clean()


@pytest.mark.parametrize(
    ("session", "before", "half"), [("2027-04", "2026-10", "2027年上半年"), ("2026-10", "2026-04", "2026年下半年")]
)
def test_sessions_in_words(session: str, before: str, half: str) -> None:
    assert (previous(session), half_of(session)) == (before, half)


def test_what_wagtail_began_with_is_gone() -> None:
    Group.objects.create(name="window-manager")
    seed_roles(index())
    assert set(Group.objects.values_list("name", flat=True)) == {"editor", "administrator"}
    assert list(Workflow.objects.values_list("name", flat=True)) == ["资讯审核"]
    assert list(Task.objects.values_list("name", flat=True)) == ["审核"]
