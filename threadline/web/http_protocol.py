"""HTTP/1.1 with limits that the parser does not have: headers that never end, in time or in size (S70).

Bodies have their own time-outs where they are read; between two requests uvicorn's keep-alive ends the connection.
"""

import asyncio
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """`close_late` ends those that wait too long. One look at all of them: a timer each would slow every request."""

    header_limit_bytes = 64 * 1024
    """Of one request, before it is looked at: the edge's own, smaller limits answer in words."""

    headers_since: float | None = None
    """Since when the headers of a request are awaited, on the loop's clock; None while there is nothing to wait for."""

    _unfinished_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.headers_since = self.loop.time()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        since = self.headers_since
        super().data_received(data)
        if since is not None and self.headers_since == since and not self.transport.is_closing():
            self._unfinished_bytes += len(data)
            if self._unfinished_bytes > self.header_limit_bytes:
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        self.headers_since = self.headers_since or self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.headers_since = None
        self._unfinished_bytes = 0
        super().on_headers_complete()


def close_late(connections: Iterable[object], *, now: float, timeout_s: float) -> int:
    """Ends the connections that have not finished the headers of their request in time. Returns how many."""
    late = [
        one
        for one in connections
        if isinstance(one, BoundedProtocol) and one.headers_since is not None and now - one.headers_since > timeout_s
    ]
    for one in late:
        one.transport.close()
    return len(late)
