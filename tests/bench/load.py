"""Load over HTTP: so many clients on kept connections, each with its next request as soon as it is answered."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Told:
    """What a stretch of load came to: answers by status, and how long each took (seconds)."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.statuses[201] / self.seconds

    @property
    def p95(self) -> float:
        """Milliseconds within which 95 of 100 were answered."""
        return sorted(self.took)[len(self.took) * 95 // 100] * 1000


def run(port: int, requests: Iterator[bytes], clients: int, seconds: float) -> Told:
    """Send the requests for so long; what was under way at the end is waited for and not counted."""
    return asyncio.run(_run(port, requests, clients, seconds))


async def _run(port: int, requests: Iterator[bytes], clients: int, seconds: float) -> Told:
    told = Told(seconds)
    until = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            began = time.perf_counter()
            if began >= until:
                break
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await _rest(reader, head)
            ended = time.perf_counter()
            if ended < until:
                told.statuses[int(head[9:12])] += 1
                told.took.append(ended - began)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return told


async def _rest(reader: asyncio.StreamReader, head: bytes) -> None:
    """Read past the body: as long as it says, or in chunks until an empty one."""
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if line)
    if fields.get(b"transfer-encoding", b"").strip() == b"chunked":
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    else:
        await reader.readexactly(int(fields.get(b"content-length", b"0")))


def post(path: str, body: bytes, **headers: str) -> bytes:
    """One request as it goes over the line."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: zikao.example",
        "X-Forwarded-Proto: https",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
