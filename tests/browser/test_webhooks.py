"""Webhooks in the settings: made with a secret shown once, tested, told of a customer's message, failing, replayed."""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import PASSWORD, Product
from tests.browser.provider import Provider
from tests.browser.watching import Watch


@dataclass
class Receiver:
    """A program outside, over real HTTP."""

    url: str
    status: int = 200
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def signed_by(self, secret: str, index: int) -> bool:
        headers, body = self.requests[index]
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return wanted in headers["webhook-signature"].split(" ")


@pytest.fixture
def receiver(product: Product) -> Iterator[Receiver]:
    receiver = Receiver(f"http://127.0.0.1:{product.receiver_port}/hook")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            self.end_headers()
            self.wfile.write(b'{"ok": true}' if receiver.status == 200 else b"the shop is being painted")

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", product.receiver_port), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        product.run_sql("delete from webhooks")


def test_a_program_is_told_and_what_fails_is_seen_and_sent_again(
    colleague_admin: Person,
    provider: Provider,
    product: Product,
    receiver: Receiver,
    new_context: ContextMaker,
    watch: Watch,
) -> None:
    watch.refusals += ("/api/webhooks", "/api/session/proof")
    # Giving the password replaces a session: that of somebody whom no other test needs.
    desk = Desk(new_context(colleague_admin).new_page()).open("/settings/webhooks")
    page = desk.page
    expect(page.get_by_text("No program is told anything")).to_be_visible()
    _looks_well(desk, "none")

    # An address that nobody may have called is refused at its field; the right one needs the password.
    page.get_by_role("button", name="Add a webhook").click()
    form = page.get_by_role("dialog", name="Add a webhook")
    form.get_by_label("Name").fill("Shop")
    form.get_by_label("Address").fill("https://10.0.0.1/hook")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("begins with https://. Addresses of an internal network")).to_be_visible()
    form.get_by_label("Address").fill(receiver.url)
    _looks_well(desk, "form")
    product.forget_proofs()
    form.get_by_role("button", name="Save").click()
    proof = page.get_by_role("dialog").filter(has=page.get_by_label("Password"))
    proof.get_by_label("Password").fill(PASSWORD)
    proof.get_by_role("button", name="Continue").click()
    shown = page.get_by_role("dialog", name="The webhook is ready")
    secret = shown.get_by_label("Secret").input_value()
    assert secret.startswith("whsec_")
    _looks_well(desk, "secret")
    shown.get_by_role("button", name="Done").click()

    # A test arrives, signed, and stands in the log.
    page.get_by_role("link", name="Shop").click()
    page.get_by_role("button", name="Send a test").click()
    log = page.get_by_role("list", name="Log")
    tested = log.get_by_role("listitem").filter(has_text="Test")
    expect(tested.get_by_text("Arrived")).to_be_visible()
    assert receiver.signed_by(secret, 0)

    # A customer writes while the receiver is broken: it is told, and seen to fail; then sent again by hand.
    receiver.status = 500
    customer = provider.customer(f"Rosa {secrets.token_hex(3)}")
    customer.says("The blue one, please")
    wrote = log.get_by_role("listitem").filter(has_text="A customer writes")
    expect(wrote.get_by_text(re.compile(r"500 after \d+ ms"))).to_be_visible()
    expect(wrote.get_by_text("On its way")).to_be_visible()
    product.run_sql("update webhook_dispatches set tries = 8, due_at = now() where state = 'waiting'")
    expect(wrote.get_by_text("Failed", exact=True)).to_be_visible()
    page.get_by_role("tab", name=re.compile("^Failed")).click()
    failed = page.get_by_role("tabpanel").get_by_role("listitem").filter(has_text="A customer writes")
    _open(failed)
    expect(failed.get_by_text("the shop is being painted").first).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        _looks_well(desk, f"failed-{theme}")
    page.emulate_media(color_scheme="light")
    receiver.status = 200
    page.get_by_role("button", name="Send all failed again").click()
    expect(page.get_by_text(re.compile("on (its|their) way again"))).to_be_visible()
    page.get_by_role("tab", name="All").click()
    expect(wrote.get_by_text("Arrived")).to_be_visible()
    told = [(headers, json.loads(body)) for headers, body in receiver.requests]
    written = [(headers["webhook-id"], body) for headers, body in told if body["type"] == "message_received"]
    assert len({dispatch_id for dispatch_id, _ in written}) == 1
    assert len(written) >= 3
    assert "blue" not in str(written)
    assert receiver.signed_by(secret, -1)

    # One that the desk switched off says why, and is switched on again.
    product.run_sql("update webhooks set is_on = false, off_reason = 'failing', off_at = now()")
    page.reload()
    expect(page.get_by_text("because ten requests in a row failed for good")).to_be_visible()
    _looks_well(desk, "off")
    page.get_by_role("switch", name="On").click()
    expect(page.get_by_text("because ten requests in a row failed for good")).to_have_count(0)

    page.set_viewport_size({"width": 390, "height": 844})
    _open(wrote)
    expect(wrote.get_by_role("heading", name="Tries")).to_be_visible()
    _looks_well(desk, "phone")
    page.set_viewport_size({"width": 1280, "height": 800})

    # Deleted, and taken back.
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No program is told anything")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("link", name="Shop")).to_be_visible()
    _looks_well(desk, "list")


def _open(line: Locator) -> None:
    line.get_by_role("button", expanded=False).first.click()


def _looks_well(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"webhooks-{name}.png")
    assert problems_of(desk.page) + overflow_of(desk.page) == []
