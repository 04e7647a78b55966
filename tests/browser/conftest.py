"""The real product, once for this folder, and a real Chromium that looks at it; one fresh profile per test.

Both end with this folder (package scope): Playwright keeps an event loop running, and other tests want their own.
Nothing here is skipped: without a browser the tests fail and say what to install.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    APIRequestContext,
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    WebSocketRoute,
    expect,
    sync_playwright,
)

from tests.browser.desk import Desk
from tests.browser.product import PASSWORD, Product, new_email, running_product
from tests.browser.provider import Customer, Provider
from tests.browser.watching import Watch
from tests.chromium import find_chromium
from tests.clamd import clamd_in_a_thread

_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RESULTS = Path(__file__).parent.parent.parent / "test-results"
_PATIENCE_MS = 15_000
"""What a busy machine may take for one step; a quiet one never waits for it."""

expect.set_options(timeout=_PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keeps a picture of every open page of a test that failed."""
    report = yield
    watch = getattr(item, "funcargs", {}).get("watch")
    if report.when == "call" and report.failed and watch is not None:
        folder = RESULTS / "failures"
        folder.mkdir(parents=True, exist_ok=True)
        for index, page in enumerate(page for context in watch.contexts for page in context.pages):
            with suppress(Error):
                page.screenshot(path=folder / f"{item.name}-{index}.png")
    return report


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    # PostgreSQL runs as somebody else when we are root, and must reach its folder through ours.
    base = tmp_path_factory.mktemp("product")
    for folder in (base, base.parent, base.parent.parent):
        with suppress(PermissionError):
            folder.chmod(0o711)
    with clamd_in_a_thread() as clamd, running_product(base / "data", clamd_url=clamd.url) as running:
        yield running


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGS)
    yield browser
    browser.close()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: their cookies, and their requests to the API."""

    name: str
    email: str
    http: APIRequestContext
    session: dict[str, Any]

    @property
    def agent_id(self) -> str:
        return self.session["agent"]["id"]

    @property
    def state(self) -> Any:
        """Cookies for a browser context."""
        return self.http.storage_state()

    def get(self, path: str) -> Any:
        # The server closes an idle connection at the very moment in which it is used again: a question is asked anew.
        answer = self.http.get(path, max_retries=1)
        assert answer.ok, f"GET {path}: {answer.status} {answer.text()}"
        return answer.json()

    def post(self, path: str, body: object) -> Any:
        return self._change("POST", path, body)

    def put(self, path: str, body: object) -> Any:
        return self._change("PUT", path, body)

    def patch(self, path: str, body: object) -> Any:
        return self._change("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self._change("DELETE", path, None)

    def _change(self, method: str, path: str, body: object | None) -> Any:
        headers = {"X-CSRF-Token": self.session["csrf_token"]}
        answer = self.http.fetch(path, method=method, data=body, headers=headers)
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
        return answer.json() if answer.body() else None

    def conversation_of(self, customer: Customer) -> dict[str, Any]:
        """The newest with them, in whatever state."""
        listed = self.get("/api/conversations?view=all&order=newest&limit=50")["items"]
        return next(one for one in listed if one["contact"]["name"] == customer.name)


def join(playwright: Playwright, product: Product, path: str, **body: str) -> Person:
    """Makes somebody an agent by a link, without a browser."""
    http = playwright.request.new_context(base_url=product.url, extra_http_headers={"Origin": product.url})
    body = {"name": "Mila Brandt", "password": PASSWORD, "locale": "en"} | body
    answer = http.post(path, data=body)
    assert answer.ok, answer.text()
    session = answer.json()
    return Person(session["person"]["name"], session["person"]["email"], http, session)


@pytest.fixture(scope="package")
def admin(playwright: Playwright, product: Product) -> Iterator[Person]:
    """The first admin, by the link that the first start printed."""
    token = product.setup_link.partition("token=")[2]
    person = join(
        playwright, product, "/api/setup", token=token, email="mila@example.org", workspace_name="Atelier Nord"
    )
    for path in ("/api/labels", "/api/saved-replies"):  # tests make their own, and count them
        for one in person.get(path)["items"]:
            person.delete(f"{path}/{one['id']}")
    for one in person.get("/api/sla-policies")["items"]:  # a slow test is not to be told that somebody waits
        silent = {name: {"minutes": one[name]["minutes"]} for name in ("first_reply", "next_reply")}
        person.patch(f"/api/sla-policies/{one['id']}", silent)
    # All tests are one day of one admin: it is not to become full in the middle of one of them.
    person.patch("/api/routing", {"settings": {"day_customers": 0, "day_messages": 0}})
    yield person
    person.http.dispose()


@pytest.fixture(autouse=True)
def _cleared_desk(admin: Person) -> Iterator[None]:
    """Each test leaves the desk as it found it: nobody in the list, nothing half written."""
    yield
    for draft in admin.get("/api/drafts")["items"]:
        admin.put(f"/api/conversations/{draft['conversation_id']}/draft", {"mode": draft["mode"], "text": ""})
    for view in ("open", "snoozed"):
        for one in admin.get(f"/api/conversations?view={view}&order=newest&limit=50")["items"]:
            admin.patch(f"/api/conversations/{one['id']}", {"state": "resolved"})


@pytest.fixture
def colleague(playwright: Playwright, product: Product, admin: Person) -> Iterator[Person]:
    """Somebody else of the same workspace, an agent; whoever was one in an earlier test is still there."""
    yield from _invite(playwright, product, admin, name=f"Jonas {_surname()}", role="agent")


@pytest.fixture
def colleague_admin(playwright: Playwright, product: Product, admin: Person) -> Iterator[Person]:
    """Another admin, who has proved nothing yet in this session."""
    yield from _invite(playwright, product, admin, name="Ana Reyes", role="admin")


def _invite(playwright: Playwright, product: Product, admin: Person, *, name: str, role: str) -> Iterator[Person]:
    product.let_invite(admin.email)
    link = admin.post("/api/invitations", {"email": new_email(), "role": role, "sees": "all"})["link"]
    token = link.partition("token=")[2]
    person = join(playwright, product, "/api/invitation", token=token, name=name)
    yield person
    person.http.dispose()


def _surname() -> str:
    return "".join(secrets.choice("aeiou") + secrets.choice("dklmnrst") for _ in range(4)).capitalize()


def csrf(person: Person) -> dict[str, str]:
    return {"X-CSRF-Token": person.session["csrf_token"]}


@pytest.fixture(scope="package")
def channel(admin: Person) -> dict[str, Any]:
    """The practice number."""
    return next(one for one in admin.get("/api/channels")["items"] if one["is_practice"])


@pytest.fixture(scope="package")
def provider(playwright: Playwright, product: Product, channel: dict[str, Any]) -> Iterator[Provider]:
    headers = {"Authorization": f"Bearer {product.control_token}"}
    http = playwright.request.new_context(base_url=product.simulator_url, extra_http_headers=headers)
    yield Provider(http, channel["address"])
    http.dispose()


ContextMaker = Callable[..., BrowserContext]


@pytest.fixture
def watch(product: Product) -> Iterator[Watch]:
    """Looks at every page of the test; afterwards nothing may have gone wrong on any of them."""
    watching = Watch(product.url)
    yield watching
    assert watching.problems == []


@pytest.fixture
def new_context(chromium: Browser, product: Product, watch: Watch) -> Iterator[ContextMaker]:
    """Another fresh profile, watched; signed in if a person is given."""
    opened: list[BrowserContext] = []

    def make(person: Person | None = None, **options: Any) -> BrowserContext:
        wanted = {
            "base_url": product.url,
            "viewport": {"width": 1440, "height": 900},
            "locale": "en-GB",
            "timezone_id": "Europe/Amsterdam",
            "reduced_motion": "reduce",
            "storage_state": person.state if person else None,
        }
        context = chromium.new_context(**(wanted | options))
        context.set_default_timeout(_PATIENCE_MS)
        watch.look_at(context)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def context(new_context: ContextMaker, admin: Person) -> BrowserContext:
    """The admin's browser."""
    return new_context(admin)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def desk(page: Page) -> Desk:
    """The admin before the inbox."""
    return Desk(page).open()


@pytest.fixture
def stranger(new_context: ContextMaker) -> Page:
    """A browser in which nobody is signed in."""
    return new_context().new_page()


class Network:
    """The way between a context's pages and the server, which can be cut as if somebody pulled the plug.

    Chromium's own offline mode leaves open sockets open, so the socket runs through here.
    """

    def __init__(self, context: BrowserContext, watch: Watch) -> None:
        self._context = context
        self._watch = watch
        self._sockets: list[WebSocketRoute] = []
        self._is_cut = False
        context.route_web_socket("**/api/feed", self._on_socket)

    @contextmanager
    def cut(self) -> Iterator[None]:
        self._watch.is_cut_off = True
        self._is_cut = True
        self._context.set_offline(True)
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()
        try:
            yield
        finally:
            self._is_cut = False
            self._context.set_offline(False)

    def _on_socket(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close()
        else:
            socket.connect_to_server()
            self._sockets.append(socket)


@pytest.fixture
def network(context: BrowserContext, watch: Watch) -> Network:
    return Network(context, watch)
