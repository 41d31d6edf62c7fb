from typing import Any

import pytest

from portal.kernel.users.models import User
from review.applications.tests.scene import NANNING, PROVINCE_CODE, person_named
from review.types import kinds


@pytest.fixture
def person(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    """An applicant; the floors above, which would know more of them, are told apart."""
    monkeypatch.setattr(kinds.applicants, "obstacle", lambda user: "")
    offices: dict[str, Any] = {"city": NANNING, "province": PROVINCE_CODE}
    monkeypatch.setattr(kinds.applicants, "office", lambda user, level: offices.get(level))
    monkeypatch.setattr(kinds.applicants, "facts", lambda user: [("姓名", user.name)])
    monkeypatch.setattr(kinds.applicants, "found", lambda text: User.objects.filter(name=text).values("pk"))
    monkeypatch.setitem(kinds.LISTS, "course", lambda: [("00023", "高等数学"), ("02324", "离散数学")])
    return person_named("韦小莉")
