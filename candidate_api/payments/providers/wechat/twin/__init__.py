"""A stand-in for WeChat Pay v3 (see `providers/twin/`)."""

from pathlib import Path

from candidate_api.payments.providers.twin import Notify, Twin, post, run
from candidate_api.payments.providers.wechat.twin.gateway import WechatGateway
from candidate_api.payments.providers.wechat.twin.keys import credentials
from candidate_api.payments.providers.wechat.twin.server import WechatHandler

__all__ = ["Twin", "credentials", "start"]


def start(port: int, directory: Path, notify: Notify = post, *, time_scale: float = 1.0) -> Twin:
    """Listen on 127.0.0.1:`port` (0: any free one) with keys and books in `directory`.

    `notify(url, headers, body) -> (status, text)` delivers a notice; `time_scale` shortens the pauses between repeats.
    """
    return run(port, WechatGateway(directory, notify, time_scale), WechatHandler)
