"""Somebody who may only read: everything that any screen offers them is pressed, and the server refuses nothing."""

import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Dialog, Page, Request, Response, expect

from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, send, text

READING: Final = [
    "conversations:read",
    "agents:read",
    "channels:read",
    "templates:read",
    "workspace:read",
    "addresses:read",
    "addresses:read_in_messages",
    "messages:read_earlier",
]
_LEFT_OUT: Final = ["Sign out", "Sign out there", "Sign out everywhere else"]
"""What ends the session."""
_LATE_S: Final = 1.5
"""A screen that offers nothing is looked at for so long."""
_ANSWER_S: Final = 5
_MOST_ALIKE: Final = 3
"""Controls of one screen whose names begin with the same two words: rows of a table."""
# What can be pressed in the topmost layer: the first of each name, without what stands on every screen. Of links to
# rooms of one kind (this chat, that chat) it is the first; none only leads to a room that is walked through anyway.
_CONTROLS = """([left_out, with_frame]) => {
    const isShown = (one) => one.getClientRects().length > 0 && !one.closest('[inert], [aria-hidden=true]');
    const layers = [...document.querySelectorAll('[role=dialog], [role=menu]')]
        .filter((one) => isShown(one) && one.closest('main') === null);
    const wanted = 'button, a[href^="/"], summary, input[type=checkbox], [role=checkbox], [role=menuitem],'
        + ' [role=menuitemcheckbox], [role=menuitemradio], [role=switch], [role=tab]';
    window.pressable = new Map();
    const kinds = new Set();
    for (const one of (layers.at(-1) ?? document.body).querySelectorAll(wanted)) {
        const isOff = one.disabled || one.ariaDisabled === 'true' || one.dataset.disabled !== undefined;
        if (isOff || !isShown(one)) continue;
        const isFrame = layers.length === 0 && one.closest('nav, aside') !== null;
        if (isFrame && (!with_frame || one.tagName === 'A')) continue;
        const kind = one.tagName === 'A' ? one.pathname.replace(/[0-9a-f-]{36}/g, '') : '';
        if (kind !== '' && kinds.has(kind)) continue;
        kinds.add(kind);
        const name = (one.ariaLabel || one.innerText || one.title || '').trim().replace(/\\s+/g, ' ').slice(0, 50);
        if (!left_out.includes(name) && !window.pressable.has(name)) window.pressable.set(name, one);
    }
    return [layers.length, [...window.pressable.keys()]];
}"""
_PRESS = "(name) => { const one = window.pressable.get(name); one?.click(); return one !== undefined; }"
_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Walk:
    page: Page
    refused: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    _now: str = ""
    _asked: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self._on_request)
        self.page.on("requestfinished", self._on_end)
        self.page.on("requestfailed", self._on_end)
        self.page.on("response", self._on_response)
        self.page.on("dialog", self._on_dialog)

    def _on_request(self, request: Request) -> None:
        self._asked.add(request)

    def _on_end(self, request: Request) -> None:
        self._asked.discard(request)

    def _on_response(self, response: Response) -> None:
        if response.status == 403:
            self.refused.append(f"{self._now}: {response.request.method} {urlsplit(response.url).path}")

    def _on_dialog(self, dialog: Dialog) -> None:
        dialog.dismiss()

    def of(self, path: str, *steps: str, with_frame: bool = False) -> None:
        """Each control of a screen and, where that opens a menu or a dialog, each in there."""
        layers, names = self._begin(path, steps, with_frame)
        is_fresh = True
        alike = Counter[str]()
        for name in names:
            beginning = " ".join(name.split()[:2])
            alike[beginning] += 1
            if alike[beginning] > _MOST_ALIKE:
                continue
            self._now = " > ".join([path, *steps, name])
            if not is_fresh:
                self._begin(path, steps, with_frame)
            if not self._press(name):
                is_fresh = False
                continue
            self.pressed.append(self._now)
            above, _ = self._look(with_frame)
            if above > layers and not steps:
                self.of(path, name, with_frame=with_frame)
            is_fresh = above == layers == 0 and urlsplit(self.page.url).path == path

    def keys(self, path: str, keys: list[str]) -> None:
        """Nothing opens, and nothing is asked that is refused."""
        self._begin(path, (), False)
        for key in keys:
            self._now = f"{path} with {key}"
            self.page.keyboard.press(key)
            self.settle()
            assert self._look(False)[0] == 0, f"{self._now} opened something"

    def settle(self) -> None:
        """Until everything that a press began has its answer, which for a file that plays may be never."""
        self.page.evaluate(_FRAMES)
        deadline = monotonic() + _ANSWER_S
        while any(one.url.startswith("http") for one in self._asked) and monotonic() < deadline:
            self.page.wait_for_timeout(10)
        self.page.evaluate(_FRAMES)

    def _begin(self, path: str, steps: tuple[str, ...], with_frame: bool) -> tuple[int, list[str]]:
        self._asked.clear()  # what the page before asked for ends with it
        self.page.goto(path)
        expect(self.page.get_by_role("navigation").first).to_be_visible()
        for step in steps:
            self._look_at_rest(with_frame)
            self._press(step)
        return self._look_at_rest(with_frame)

    def _look_at_rest(self, with_frame: bool) -> tuple[int, list[str]]:
        """Once all that comes late has come: what is offered is the same twice."""
        deadline, before = monotonic() + _LATE_S, None
        while True:
            self.settle()
            found = self._look(with_frame)
            if (found == before and found[1]) or monotonic() > deadline:
                return found
            before = found
            self.page.wait_for_timeout(150)

    def _look(self, with_frame: bool) -> tuple[int, list[str]]:
        layers, names = self.page.evaluate(_CONTROLS, [_LEFT_OUT, with_frame])
        return layers, names

    def _press(self, name: str) -> bool:
        was_there = self.page.evaluate(_PRESS, name)
        self.settle()
        return was_there


@pytest.fixture
def reader(admin: Person, colleague: Person) -> Person:
    role = admin.post("/api/roles", {"name": f"Reading {secrets.token_hex(3)}", "permissions": READING})
    admin.patch(f"/api/agents/{colleague.agent_id}", {"role_id": role["id"]})
    return colleague


@pytest.fixture
def customer(admin: Person, provider: Provider) -> Customer:
    """With something of everything that stands in and above a thread."""
    made = provider.customer(f"Rhea {secrets.token_hex(3)}")
    made.says("Is anybody there?")
    made.sends_file("voice", "voice.ogg", "audio/ogg")
    arrived(admin, made, 2)
    send(admin, made, text("In a moment"))
    send(admin, made, text("A regular"), kind="note")
    admin.post(f"/api/conversations/{admin.conversation_of(made)['id']}/tasks", {"title": "Call"})
    return made


def test_who_only_reads_is_offered_nothing_that_is_refused(
    reader: Person, admin: Person, customer: Customer, new_context: ContextMaker
) -> None:
    conversation = admin.conversation_of(customer)
    thread, contact = f"/inbox/open/{conversation['id']}", f"/contacts/{conversation['contact']['id']}"
    page = new_context(reader).new_page()
    walk = Walk(page)
    page.goto(thread)
    expect(page.get_by_text("Your role reads only")).to_be_visible()
    expect(page.get_by_role("textbox", name=re.compile("^Answer to"))).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Done: Call")).to_have_count(0)
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / "reader.png")
    walk.keys(thread, [*"rnqehyaitpwlcxm", "Shift+T", "Shift+C", "Shift+D", "Shift+A", "Shift+I", "Shift+M", "Shift+J"])
    walk.of(thread, with_frame=True)
    page.goto("/settings/profile")
    sections = page.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(sections.first).to_be_visible()
    settings = sorted({urlsplit(one.get_attribute("href") or "").path for one in sections.all()})
    for path in ("/contacts", contact, "/companies", "/board", "/tasks", "/discussions", "/reviews", *settings):
        walk.of(path)
    assert walk.refused == []
    assert len(walk.pressed) > 25, "it walked through rooms with doors"
    acting = re.compile("> (Reply|Note|Resolve|Send$|Snooze|Assign|New (task|view|conversation)|Start a|Wake|Merge)")
    assert [one for one in walk.pressed if acting.search(one)] == []
