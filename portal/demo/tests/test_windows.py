import pytest

from cms.windows.models import BusinessWindow
from portal.demo.seed import furnish


@pytest.mark.django_db
def test_tickets_and_scores_are_announced_for_when_the_sessions_release_them() -> None:
    coming, last = furnish()
    opens = dict(BusinessWindow.objects.filter(phase="release").values_list("business", "opens_at"))
    assert opens == {"admission-ticket": coming.tickets_at, "scores": last.scores_at}
