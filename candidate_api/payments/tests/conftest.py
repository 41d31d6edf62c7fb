from collections.abc import Iterator
from typing import Any

import pytest

from candidate_api.payments import fulfilment
from candidate_api.payments.providers.alipay.twin import start as start_alipay
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.providers.wechat.twin import start
from candidate_api.payments.tests.till import KIND, Box, Till, payer
from portal.kernel.users.models import User


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    till = Till()
    monkeypatch.setitem(fulfilment._kinds, KIND, till)
    return till


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def twin(box: Box, settings: Any, tmp_path: Any) -> Iterator[Twin]:
    """A gateway of this test's own; its notices go to `box`."""
    directory = tmp_path / "wechat"
    directory.mkdir()
    # Making keys takes a while: all tests share the ones that the settings have made.
    (directory / "keys.json").write_text((settings.VAR / "wechat" / "keys.json").read_text())
    twin = start(0, directory, box, time_scale=0.001)
    settings.WECHAT_PAY = settings.WECHAT_PAY | {"gateway": twin.base_url}
    yield twin
    twin.stop()


@pytest.fixture
def alipay(box: Box, settings: Any, tmp_path: Any) -> Iterator[Twin]:
    """Alipay's gateway of this test's own; its notices go to `box` too."""
    directory = tmp_path / "alipay"
    directory.mkdir()
    (directory / "keys.json").write_text((settings.VAR / "alipay" / "keys.json").read_text())
    twin = start_alipay(0, directory, box, time_scale=0.001)
    settings.ALIPAY = settings.ALIPAY | {"gateway": f"{twin.base_url}/gateway.do"}
    yield twin
    twin.stop()


@pytest.fixture
def user(db: Any) -> User:
    return payer()
