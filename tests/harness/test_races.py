import threading
import time

import pytest
from django.db import connection, transaction

from portal.kernel.users.models import User
from tests.races import threads


def test_everybody_starts_together_and_every_outcome_is_kept() -> None:
    inside = threading.Barrier(4)

    def act(number: int) -> int:
        inside.wait(timeout=5)  # passes only when all four are running at once
        if number == 3:
            raise ValueError(number)
        return number * 10

    outcome = threads(4, act)

    assert outcome.values == {0: 0, 1: 10, 2: 20}
    assert [str(error) for error in outcome.errors.values()] == ["3"]


def test_a_deadlock_is_told_and_not_waited_for() -> None:
    never = threading.Event()

    with pytest.raises(TimeoutError, match="1 of 2 threads"):
        threads(2, lambda number: number or never.wait(1), within=0.2)
    never.set()


def _add_a_letter(*, lock: bool, user_id: int) -> None:
    with transaction.atomic():
        rows = User.objects.select_for_update() if lock else User.objects
        user = rows.get(pk=user_id)
        time.sleep(0.05)
        user.name += "a"
        user.save(update_fields=["name"])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("lock", "lost"), [(False, True), (True, False)])
def test_a_race_without_its_lock_is_lost_and_with_it_is_won(lock: bool, lost: bool) -> None:
    user = User.objects.create_user("racer", name="")

    outcome = threads(6, lambda _: _add_a_letter(lock=lock, user_id=user.pk))

    user.refresh_from_db()
    assert outcome.errors == {}
    assert (user.name != "aaaaaa") is lost
    assert connection.vendor == "postgresql"
