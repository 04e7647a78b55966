"""An independent client talks to the simulator: that it is faithful, not that our adapter agrees with it.

pywa 4.5 knows only graph.facebook.com, so its transport is bent to our port; its webhook routes run under uvicorn.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import queue
import threading
import time
from collections.abc import Generator
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pywa import WhatsApp, errors, handlers, types
from pywa.types import others
from pywa.types import templates as t

from threadline.channels.types.whatsapp.simulator import Simulator

T = TypeVar("T")
PHONE = "447700900100"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


class ToSimulator(httpx.HTTPTransport):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._target = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._target.host, port=self._target.port)
        request.headers["host"] = f"{self._target.host}:{self._target.port}"
        return super().handle_request(request)


class Bench:
    """The simulator, pywa pointed at it, and everything that pywa's handlers were given."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = simulator
        self.loop = loop
        self.http = httpx.Client(
            base_url=simulator.url, headers={"Authorization": f"Bearer {simulator.control_token}"}
        )
        self.box = self.control("sandbox", phone="442079460123", verify_token="verify-me", rate_per_s=0)
        self.received: queue.Queue[Any] = queue.Queue()
        self.app = FastAPI()
        self.wa = WhatsApp(
            phone_id=self.box["number_id"],
            token=self.box["token"],
            session=httpx.Client(transport=ToSimulator(simulator.url)),
            server=self.app,
            webhook_endpoint="/wh",
            verify_token="verify-me",
            app_id=self.box["app_id"],
            app_secret=self.box["app_secret"],
            waba_id=self.box["waba_id"],
            business_portfolio_id=self.box["portfolio_id"],
            api_version="26.0",
        )
        kinds = (
            handlers.MessageHandler,
            handlers.CallbackButtonHandler,
            handlers.CallbackSelectionHandler,
            handlers.MessageStatusHandler,
            handlers.PhoneNumberChangeHandler,
            handlers.UserMarketingPreferencesHandler,
            handlers.TemplateStatusUpdateHandler,
            handlers.TemplateQualityUpdateHandler,
            handlers.TemplateCategoryUpdateHandler,
            handlers.FlowCompletionHandler,
            handlers.CallConnectHandler,
            handlers.CallTerminateHandler,
            handlers.CallStatusHandler,
            handlers.CallPermissionUpdateHandler,
            handlers.AccountUpdateHandler,
            handlers.EditedMessageHandler,
            handlers.DeletedMessageHandler,
            handlers.OutgoingMessageHandler,
            handlers.IdentityChangeHandler,
        )
        self.wa.add_handlers(*(kind(lambda _, update: self.received.put(update)) for kind in kinds))
        self.raw: queue.Queue[Any] = queue.Queue()
        self.wa.add_handlers(handlers.RawUpdateHandler(lambda _, update: self.raw.put(update)))

    def control(self, path: str, **body: Any) -> Any:
        answer = self.http.post(f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def user_writes(self, kind: str = "text", **act: Any) -> Any:
        if kind == "text":
            act.setdefault("text", "Hi")
        return self.control(f"users/{PHONE}/messages", number_id=self.box["number_id"], kind=kind, **act)

    def next(self, kind: type[T]) -> T:
        """The next update of this kind that pywa's handlers receive."""
        deadline = time.monotonic() + 5
        while True:
            update = self.received.get(timeout=max(0.01, deadline - time.monotonic()))
            if isinstance(update, kind):
                return update

    def forget(self) -> None:
        assert self.control("drain", timeout_s=10)["drained"]
        for waiting in (self.received, self.raw):
            with contextlib.suppress(queue.Empty):
                while True:
                    waiting.get_nowait()


@pytest.fixture(scope="module")
def bench() -> Generator[Bench]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    knobs = {
        "sent_delay_s": 0.01,
        "delivered_delay_s": 0.01,
        "read_delay_s": 0.01,
        "played_delay_s": 0.01,
        "review_delay_s": 0.05,
        "fetches_links": False,
        "ignores_pair_limit": True,
    }
    simulator = Simulator(seed=3, knobs=knobs)
    asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(10)
    made = Bench(simulator, loop)
    server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=0, log_level="warning"))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        token = made.wa.get_app_access_token(int(made.box["app_id"]), made.box["app_secret"])
        assert made.wa.set_app_callback_url(
            app_id=int(made.box["app_id"]),
            app_access_token=token,
            callback_url=f"http://127.0.0.1:{port}/wh",
            verify_token="verify-me",
            fields=None,
        )
        made.control("users", phone=PHONE, name="Ana")
        yield made
    finally:
        server.should_exit = True
        serving.join(10)
        asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        made.http.close()


def test_dummy(bench: Bench) -> None:
    bench.user_writes()
    print(bench.next(types.Message))
