"""The provider's side, as the simulator lets us act: its knobs and clock, its log, and customers with their phones."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext

from tests.clamd import MALWARE

FILES = Path(__file__).parent / "files"


@dataclass(frozen=True, slots=True)
class Provider:
    """The simulator's control face and phone face, over HTTP."""

    http: APIRequestContext
    number_id: str
    """Of the practice channel."""

    def get(self, path: str) -> Any:
        return self._answer("GET", path, None)

    def post(self, path: str, body: object = None) -> Any:
        return self._answer("POST", path, {} if body is None else body)

    def customer(self, name: str, *, number_id: str = "") -> "Customer":
        """Somebody new with a phone. The phone reads only when told to."""
        number = number_id or self.number_id
        made = self.post(f"/_phone/{number}/customers", {"name": name})
        return Customer(self, number, made["id"], name, made["phone"])

    def sends_of(self, text: str) -> int:
        """How often the provider accepted a message with these words."""
        return sum(
            text in json.dumps(item, ensure_ascii=False) for item in self.get("/_control/log?limit=100000")["items"]
        )

    @contextmanager
    def knobs(self, **knobs: object) -> Iterator[None]:
        before = self.get("/_control/knobs")
        self.post("/_control/knobs", knobs)
        try:
            yield
        finally:
            self.post("/_control/knobs", {name: before[name] for name in knobs})

    @contextmanager
    def clock_moved(self, *, hours: float) -> Iterator[None]:
        """The provider's hands alone: nothing becomes due by it."""
        away = {"jump": True}
        self.post("/_control/clock", away | {"advance_s": hours * 3600})
        try:
            yield
        finally:
            self.post("/_control/clock", away | {"advance_s": -hours * 3600})

    @contextmanager
    def send_fault(self, kind: str, **more: object) -> Iterator[None]:
        """What happens to the next sends."""
        self.post("/_control/faults/sends", {"kind": kind, "number_id": self.number_id, **more})
        try:
            yield
        finally:
            self._answer("DELETE", "/_control/faults/sends", None)

    def _answer(self, method: str, path: str, body: object) -> Any:
        answer = self.http.fetch(path, method=method, data=body)
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
        return answer.json()


@dataclass(frozen=True, slots=True)
class Customer:
    """A person with a phone who writes to a number of ours."""

    provider: Provider
    number_id: str
    key: str
    name: str
    phone: str

    def says(self, text: str, **more: object) -> dict[str, Any]:
        return self.sends("text", text=text, **more)

    def sends(self, kind: str, **more: object) -> dict[str, Any]:
        return self.provider.post(f"{self._path}/messages", {"kind": kind, **more})

    def sends_file(self, kind: str, file: str, mime: str, *, name: str = "", **more: object) -> dict[str, Any]:
        content = base64.b64encode((FILES / file).read_bytes()).decode()
        return self.sends(kind, media={"base64": content, "mime": mime, "name": name or file}, **more)

    def sends_malware(self, name: str) -> dict[str, Any]:
        """A document that the scanner of these tests does not let in."""
        content = base64.b64encode(b"%PDF-1.4 " + MALWARE).decode()
        return self.sends("document", media={"base64": content, "mime": "application/pdf", "name": name})

    def reads(self) -> None:
        self.provider.post(f"{self._path}/read")

    def goes_offline(self) -> None:
        self.provider.post(f"{self._path}/online", {"online": False})

    def comes_online(self) -> None:
        self.provider.post(f"{self._path}/online", {"online": True})

    def messages(self) -> list[dict[str, Any]]:
        """All that the phone shows, both directions."""
        return self.provider.get(f"{self._path}/changes?after=0")["messages"]

    @property
    def _path(self) -> str:
        return f"/_phone/{self.number_id}/customers/{self.key}"
