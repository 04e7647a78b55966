"""The bare variant of ingress: what an ASGI endpoint with group commit can reach when it does nothing else.

Run as `python -m bench.bare_ingress PORT DATABASE_URL`.
"""

import asyncio
import sys
import uuid
from typing import Any

import asyncpg
import uvicorn

_INSERT = "insert into bare_deliveries (id, body) select * from unnest($1::uuid[], $2::bytea[])"


class BareIngress:
    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._is_flushing = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((body, stored))
        if not self._is_flushing:
            self._is_flushing = True
            asyncio.get_running_loop().create_task(self._flush())
        await stored
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                self._connection = await asyncpg.connect(self._url)
                await self._connection.execute(
                    "create table if not exists bare_deliveries (id uuid primary key, body bytea not null)"
                )
            await send({"type": event["type"] + ".complete"})
            if event["type"] == "lifespan.shutdown":
                return

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:500], self._waiting[500:]
            await self._connection.execute(_INSERT, [uuid.uuid4() for _ in batch], [body for body, _ in batch])
            for _, stored in batch:
                if not stored.done():
                    stored.set_result(None)
        self._is_flushing = False


if __name__ == "__main__":
    uvicorn.run(
        BareIngress(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
