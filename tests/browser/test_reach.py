"""How the desk looks, sounds and reaches one agent."""

import json
import re
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Provider
from tests.browser.watching import Watch

PHONE: Any = {"width": 390, "height": 844}


def test_size_theme_and_density_are_there_before_the_first_paint_and_on_every_device(
    new_context: ContextMaker, colleague: Person
) -> None:
    page = new_context(colleague).new_page()
    page.goto("/settings/appearance")
    other = new_context(colleague).new_page()
    other.goto("/inbox")
    expect(other.get_by_role("listbox", name="Conversations")).to_be_visible()
    size = page.get_by_role("slider", name="Text size")
    size.press("End")
    expect(page.get_by_text("18 px")).to_be_visible()
    page.get_by_role("switch", name="Compact lists").click()
    page.get_by_role("combobox", name="Theme").click()
    page.get_by_role("option", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    for one in (page, other):
        expect(one.locator("html[data-density=compact]")).to_have_css("font-size", "20.5714px")
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    assert problems_of(page) == []
    assert overflow_of(page) == []

    # As the page comes from the server, before any script of the app has run.
    other.route("**/assets/index-*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    other.goto("/inbox")
    root = "[document.documentElement.dataset.theme, document.documentElement.style.fontSize]"
    assert other.evaluate(root) == ["dark", "128.571%"]


def test_the_bell_tells_what_concerns_me_and_two_devices_agree(
    new_context: ContextMaker, admin: Person, colleague: Person, provider: Provider
) -> None:
    customer = provider.customer("Ilse Bakker")
    customer.says("Is the lamp in stock?")
    page, phone = new_context(colleague).new_page(), new_context(colleague, viewport=PHONE).new_page()
    for one in (page, phone):
        one.goto("/inbox")
    expect(Desk(page).row(customer)).to_be_visible()
    conversation = admin.conversation_of(customer)
    admin.patch(f"/api/conversations/{conversation['id']}", {"assignee_id": colleague.agent_id})
    customer.says("And the shade?")
    bell = page.get_by_role("button", name="Notifications, 2 unread")
    expect(bell).to_be_visible()
    expect(phone.get_by_role("button", name="Notifications, 2 unread")).to_be_visible()
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/png"))

    page.keyboard.press("g")
    page.keyboard.press("n")
    panel = page.get_by_role("dialog", name="Notifications")
    expect(panel.get_by_role("button", name=f"{admin.name} gave you Ilse Bakker")).to_be_visible()
    expect(panel.get_by_role("button", name="Ilse Bakker wrote")).to_be_visible()
    assert problems_of(page) == []
    phone.get_by_role("button", name="Notifications, 2 unread").click()
    expect(phone.get_by_role("dialog").get_by_role("button", name="Ilse Bakker wrote")).to_be_in_viewport()
    assert problems_of(phone) == []
    assert overflow_of(phone) == []

    panel.get_by_role("button", name="Ilse Bakker wrote").click()
    expect(page).to_have_url(re.compile(conversation["id"]))
    expect(Desk(page).bubble("And the shade?")).to_be_visible()
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    expect(phone.get_by_role("dialog").get_by_text("(unread)")).to_have_count(0)
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/icon.svg")


_COUNT_TONES = """
window.__notes = 0;
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) { window.__notes += 1; return begin.apply(this, given); };
"""
_LEAVE = "document.hasFocus = () => false; dispatchEvent(new Event('blur'))"
_DROP = 2
"""Oscillations of the tone that the tests choose."""


def _wait_for_notes(page: Page, count: int) -> None:
    """By the debugger: the page's policy evaluates no strings."""
    for _ in range(100):
        if page.evaluate("window.__notes") >= count:
            break
        page.wait_for_timeout(50)
    assert page.evaluate("window.__notes") == count


def test_a_customer_sounds_once_and_again_until_somebody_answers(
    new_context: ContextMaker, admin: Person, colleague: Person, provider: Provider
) -> None:
    context = new_context(colleague)
    context.add_init_script(_COUNT_TONES)
    page = context.new_page()
    page.clock.install()
    page.goto("/settings/notifications")
    page.get_by_role("combobox", name="Sound").click()
    page.get_by_role("option", name="Drop").click()
    expect(page.get_by_role("combobox", name="Sound")).to_have_text("Drop")
    page.get_by_role("button", name="Play it").click()
    assert page.evaluate("window.__notes") == 2 * _DROP  # once chosen, once pressed
    assert problems_of(page) == []

    page.goto("/inbox")
    page.get_by_role("main").first.click()  # a page that nobody touched may not sound
    customer = provider.customer("Femke de Boer")
    customer.says("Hello?")
    expect(Desk(page).row(customer)).to_be_visible()
    _wait_for_notes(page, _DROP)
    conversation = admin.conversation_of(customer)
    page.evaluate(_LEAVE)
    admin.patch(f"/api/conversations/{conversation['id']}", {"assignee_id": colleague.agent_id})
    _wait_for_notes(page, 2 * _DROP)  # given to me: told once
    customer.says("Is anybody there?")
    customer.says("Please!")
    expect(Desk(page).row(customer)).to_contain_text("Please!")
    assert page.evaluate("window.__notes") == 2 * _DROP  # the same burst
    page.clock.fast_forward(31_000)
    _wait_for_notes(page, 3 * _DROP)

    text = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Yes, here."}}
    admin.post(f"/api/conversations/{conversation['id']}/messages", text)
    expect(Desk(page).row(customer)).to_contain_text("Yes, here.")
    page.wait_for_timeout(500)
    page.clock.fast_forward(65_000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.__notes") == 3 * _DROP


def test_do_not_disturb_is_silent_and_phones_show_every_setting(
    new_context: ContextMaker, colleague: Person, provider: Provider
) -> None:
    context = new_context(colleague, viewport=PHONE)
    context.add_init_script(_COUNT_TONES)
    page = context.new_page()
    page.goto("/settings/notifications")
    page.get_by_role("group", name="Quiet for").get_by_role("button", name="1 hour").click()
    expect(page.get_by_text("Quiet until")).to_be_visible()
    page.get_by_role("switch", name="Every day between two times").click()
    expect(page.get_by_label("From", exact=True)).to_have_value("20:00")
    mention = page.get_by_role("group", name="Somebody mentions me")
    mention.get_by_role("checkbox", name="E-mail").click()
    expect(mention.get_by_role("checkbox", name="E-mail")).not_to_be_checked()
    assert problems_of(page) == []
    assert overflow_of(page) == []
    kept = colleague.get("/api/preferences")
    assert kept["quiet_hours"] == {"from_minute": 1200, "to_minute": 480}
    assert kept["time_zone"] == "Europe/Amsterdam"
    assert "email" not in kept["ways"]["mentioned"]

    page.goto("/inbox")
    customer = provider.customer("Bram Kok")
    customer.says("Hello?")
    expect(Desk(page).row(customer)).to_be_visible()
    page.wait_for_timeout(300)
    assert page.evaluate("window.__notes") == 0


_SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


def test_a_push_message_shows_the_name_only_to_the_agents_own_session_and_opens_the_conversation(
    new_context: ContextMaker, admin: Person, colleague: Person, provider: Provider, product: Product
) -> None:
    customer = provider.customer("Ilse Bakker")
    customer.says("Is the lamp in stock?")
    desk = Desk(new_context(admin).new_page()).open()
    expect(desk.row(customer)).to_be_visible()
    conversation = admin.conversation_of(customer)
    admin.patch(f"/api/conversations/{conversation['id']}", {"assignee_id": colleague.agent_id})
    context = new_context(colleague)
    context.grant_permissions(["notifications"])
    page = context.new_page()
    page.goto("/settings/notifications")
    expect(page.get_by_text("This browser shows notifications.")).to_be_visible()
    expect(page.get_by_role("button", name="Reach me here when the desk is closed")).to_be_visible()
    assert colleague.get("/api/reach-ways")["public_key"].startswith("B")
    (told,) = colleague.get("/api/notifications")["items"]

    service_worker = context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    service_worker.on(
        "ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"])
    )
    service_worker.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    payload = {"id": told["id"], "conversation_id": conversation["id"], "kind": "assigned", "count": 1}
    page.evaluate(_LEAVE)
    page.goto("about:blank")
    (registration,) = {one["registrationId"]: one for one in registrations}.values()
    for lost in ({"id": str(uuid4()), "conversation_id": str(uuid4())}, {}):
        service_worker.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": product.url,
                "registrationId": registration["registrationId"],
                "data": json.dumps(payload | {"title": "You were given a conversation", "lang": "en"} | lost),
            },
        )
    page.goto("/settings/profile")
    for _ in range(50):
        if len(page.evaluate(_SHOWN)) == 2:
            break
        page.wait_for_timeout(100)
    shown = {one["title"]: one for one in page.evaluate(_SHOWN)}
    assert set(shown) == {"You were given a conversation", "You were given Ilse Bakker"}
    known = shown["You were given Ilse Bakker"]
    assert (known["body"], known["tag"]) == ("", conversation["id"])
    assert known["data"] == {"url": f"/inbox/open/{conversation['id']}"}

    page.goto("/inbox")
    expect(Desk(page).row(customer)).to_be_visible()
    page.wait_for_timeout(500)
    page.evaluate(
        "url => navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { kind: 'open', url } }))",
        known["data"]["url"],
    )
    expect(Desk(page).bubble("Is the lamp in stock?")).to_be_visible()
    for _ in range(50):  # read here, so it stands on no lock screen any more
        if [one["tag"] for one in page.evaluate(_SHOWN)].count(conversation["id"]) == 0:
            break
        page.wait_for_timeout(100)
    assert conversation["id"] not in [one["tag"] for one in page.evaluate(_SHOWN)]


def test_the_desk_can_be_installed_and_its_shell_stands_without_a_network(
    new_context: ContextMaker, colleague: Person, watch: Watch
) -> None:
    context = new_context(colleague)
    page = context.new_page()
    page.goto("/inbox")
    manifest = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    page.reload()
    expect(page.get_by_role("listbox", name="Conversations")).to_be_visible()
    kept = page.evaluate(
        "caches.keys().then((names) => caches.open(names[0])).then((cache) => cache.keys())"
        ".then((keys) => keys.map(({ url }) => new URL(url).pathname))"
    )
    assert "/" in kept
    assert not [path for path in kept if path.startswith("/api")]
    watch.is_cut_off = True
    context.set_offline(True)
    page.reload()
    expect(page).to_have_title("Threadline")
    context.set_offline(False)
    expect(page.get_by_role("listbox", name="Conversations")).to_be_visible()
