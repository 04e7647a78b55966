"""Every screen in both themes, on a desk and in a hand, empty, failing, in long languages and from right to left.

Each is looked at by axe and for what sticks out; its picture goes to test-results/screens, for people to look at.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Customer, Provider
from tests.browser.scene import play_every_kind, play_neighbours, send, text
from tests.browser.watching import Watch

SCREENS = RESULTS / "screens"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
LOCALES = ["de", "ru", "ar-XB"]
SIZES: dict[str, dict[str, Any]] = {"desk": {}, "phone": PHONE}


@pytest.fixture
def hannah(admin: Person, provider: Provider) -> Customer:
    play_neighbours(admin, provider)
    return play_every_kind(admin, provider)


_STILL = """() => Promise.all([document.fonts.ready, ...document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished.catch(() => null))]).then(() => null)"""
"""Letters have their faces, and nothing moves or changes colour."""
_RESTS = """async (log) => {
    for (let last = -1, still = 0; still < 3; still = log.scrollTop === last ? still + 1 : 0) {
        last = log.scrollTop;
        await new Promise(requestAnimationFrame);
    }
}"""
"""The thread has not moved for three frames."""


class Walk:
    """Goes from screen to screen and collects what is wrong on each, in the light and in the dark.

    Only colours differ between the two, so in the dark nothing but they are looked at. `is_quick`: a size more of a
    language, in which no name of a part is missing that another has; what may differ is how long words are. `is_light`:
    a language more, whose colours are those of the others.
    """

    def __init__(self, page: Page, name: str, *, is_quick: bool = False, is_light: bool = False) -> None:
        self.page = page
        self.name = name
        self.is_quick = is_quick
        self.is_light = is_light
        self.found: list[str] = []

    def see(self, screen: str) -> None:
        self._picture(f"{screen}-{self.name}")
        wrong = overflow_of(self.page)
        if not self.is_quick:
            wrong += problems_of(self.page)
        if not self.is_quick and not self.is_light:
            self.page.emulate_media(color_scheme="dark")
            self._picture(f"{screen}-{self.name}-dark")
            wrong += [f"in the dark {one}" for one in contrast_problems_of(self.page)]
            self.page.emulate_media(color_scheme="light")
        self.found += [f"{screen} {self.name}: {one}" for one in wrong]

    def _picture(self, name: str) -> None:
        self.page.evaluate(_STILL)
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png", scale="css")


def test_the_desk(new_context: ContextMaker, admin: Person, provider: Provider, hannah: Customer) -> None:
    found: list[str] = []
    for size, options in SIZES.items():
        walk = Walk(new_context(admin, **options).new_page(), size)
        _walk_the_desk(walk, admin, provider, hannah, is_phone=size == "phone")
        found += walk.found
    assert found == []


def _walk_the_desk(walk: Walk, admin: Person, provider: Provider, hannah: Customer, *, is_phone: bool) -> None:
    page, desk = walk.page, Desk(walk.page)
    desk.open()
    expect(desk.row(hannah)).to_be_visible()
    if not is_phone:
        expect(page.get_by_role("complementary", name="Try it").get_by_role("log")).to_be_visible()
    walk.see("inbox")
    words = f"It leaves today, {walk.name}"
    with provider.knobs(hold_statuses=True), provider.send_fault("accept_reset", count=1):
        send(admin, hannah, text(words))
        desk.row(hannah).click()
        expect(desk.tick(words, "May have arrived")).to_be_visible()
        expect(desk.answer_box(hannah)).to_be_in_viewport()
        walk.see("thread-end")
        desk.bubble(words).get_by_role("button", name="Send again…").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        walk.see("ask")
        page.keyboard.press("Escape")
    _see_the_whole_thread(walk, desk, is_phone=is_phone)
    if is_phone:
        page.get_by_role("button", name="More", exact=True).click()
        walk.see("menu")
        page.get_by_role("menuitem", name="Contact").click()
        expect(page.get_by_role("complementary", name="Contact")).to_be_in_viewport()
        walk.see("contact")
    else:
        page.get_by_role("button", name="Close", exact=True).click()
        expect(page.get_by_role("complementary", name="Contact")).to_be_visible()
        walk.see("contact")
        page.get_by_role("button", name="Answered by You").click()
        walk.see("menu")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Mila Brandt, theme and sign-out").click()
        walk.see("person")
        page.keyboard.press("Escape")
        desk.list.focus()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        walk.see("keys")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
        walk.see("palette")
        page.keyboard.press("Escape")
    page.goto("/inbox/open")
    desk.row_named("Marit Haugen").click()
    expect(page.get_by_role("listbox", name="Templates")).to_be_visible()
    walk.see("window-closed")
    page.get_by_role("button", name="Note", exact=True).first.click()
    walk.see("note")
    page.goto("/inbox/open")
    desk.row_named("Pablo Ortega").click()
    expect(page.get_by_text("Not delivered.")).to_be_visible()
    walk.see("failed")
    page.goto("/inbox/failed")
    expect(desk.list).to_be_visible()
    walk.see("list-failed")


def _see_the_whole_thread(walk: Walk, desk: Desk, *, is_phone: bool) -> None:
    """By keys: the thread follows hands alone, and stays at its end otherwise."""
    desk.thread.focus()
    for part in range(3):
        walk.page.keyboard.press("PageUp")
        desk.thread.evaluate(_RESTS)
        walk.see(f"thread-up-{part}")
    walk.page.keyboard.press("Home")
    picture = desk.thread.get_by_role("button", name=re.compile("show large"))
    expect(picture).to_be_visible()
    if is_phone:
        desk.bubble("food safe").click()
    else:
        bubble = desk.bubble("food safe")
        bubble.hover()
        bubble.get_by_role("button", name="More for this message").click()
    expect(walk.page.get_by_role("menuitem", name="Quote")).to_be_visible()
    walk.see("thread-tools")
    walk.page.keyboard.press("Escape")
    picture.click()
    expect(walk.page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    walk.see("picture")
    walk.page.keyboard.press("Escape")


def test_settings(new_context: ContextMaker, admin: Person, colleague: Person, channel: dict[str, Any]) -> None:
    found: list[str] = []
    for size, options in SIZES.items():
        walk = Walk(new_context(admin, **options).new_page(), size)
        _walk_the_settings(walk, channel, colleague)
        found += walk.found
    assert found == []


def _walk_the_settings(walk: Walk, channel: dict[str, Any], colleague: Person) -> None:
    page = walk.page
    for section, heading in (
        ("channels", "Channels"),
        (f"channels/{channel['id']}", channel["name"]),
        ("people", "People and roles"),
        ("templates", "Templates"),
        ("labels", "Labels"),
        ("replies", "Saved replies"),
        ("tokens", "API tokens"),
        ("sessions", "Sessions"),
        ("deliveries", "Deliveries"),
        ("general", "General"),
        ("profile", "Your profile"),
    ):
        page.goto(f"/settings/{section}")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        walk.see(f"settings-{section.split('/')[0]}{'-one' if '/' in section else ''}")
    page.goto("/settings/channels/connect/whatsapp")
    page.get_by_label("WhatsApp account ID").fill("abc")
    page.get_by_label("Access token").fill("EAAwrong")
    expect(page.get_by_text("Meta does not accept this token").first).to_be_visible()
    walk.see("settings-connect")
    page.goto("/settings/people")
    page.get_by_role("button", name="Invite a colleague").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    walk.see("settings-invite")
    page.keyboard.press("Escape")
    row = page.get_by_role("listitem").filter(has_text=colleague.email)
    row.get_by_role("button", name=f"Edit {colleague.name}").click()
    expect(page.get_by_role("dialog", name=colleague.name)).to_be_visible()
    walk.see("settings-agent")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("dialog", name="out everywhere?")).to_be_visible()
    walk.see("settings-sign-out")
    page.goto("/settings/tokens")
    page.get_by_role("button", name="Create a token").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("combobox").click()
    expect(page.get_by_role("listbox")).to_be_visible()
    walk.see("settings-token")
    page.goto(f"/practice/{channel['id']}")
    expect(page.get_by_role("button", name="Photo").or_(page.get_by_label("Somebody new")).first).to_be_visible()
    walk.see("practice")


def test_the_door(new_context: ContextMaker, admin: Person, product: Product) -> None:
    found: list[str] = []
    link = product.run("setup-link")
    for size, options in SIZES.items():
        walk = Walk(new_context(**options).new_page(), size)
        walk.page.goto("/signin")
        expect(walk.page.get_by_role("heading", name="Sign in")).to_be_visible()
        walk.see("signin")
        walk.page.goto(link)
        expect(walk.page.get_by_label("Your name")).to_be_visible()
        walk.see("setup")
        found += walk.found
    assert found == []


def test_nothing_there_yet_and_nothing_found(new_context: ContextMaker, admin: Person, watch: Watch) -> None:
    watch.refusals += ("/api/conversations/01999999-",)
    found: list[str] = []
    for size, options in SIZES.items():
        walk = Walk(new_context(admin, **options).new_page(), size)
        Desk(walk.page).open()
        expect(walk.page.get_by_text("No open conversation")).to_be_in_viewport()
        walk.see("empty")
        walk.page.goto("/inbox/mine")
        expect(walk.page.get_by_text("No conversation is yours")).to_be_in_viewport()
        walk.see("empty-mine")
        walk.page.goto("/inbox/open/01999999-0000-7000-8000-000000000000")
        expect(walk.page.get_by_text("This conversation is not here")).to_be_in_viewport()
        walk.see("unknown")
        walk.page.get_by_role("button", name="Back to the list").click()
        expect(walk.page.get_by_text("No open conversation")).to_be_in_viewport()
        found += walk.found
    assert found == []


def test_what_fails_says_so_and_can_be_tried_again(
    new_context: ContextMaker, admin: Person, watch: Watch, provider: Provider, hannah: Customer
) -> None:
    watch.refusals += ("/api/",)
    conversation = admin.conversation_of(hannah)["id"]
    found: list[str] = []
    for size, options in SIZES.items():
        page = new_context(admin, **options).new_page()
        walk, desk = Walk(page, size), Desk(page)
        page.route("**/api/conversations?**", _refuse)
        desk.open()
        again = page.get_by_role("button", name="Try again")
        expect(again).to_be_in_viewport()
        walk.see("failing-list")
        page.unroute_all()
        again.click()
        expect(desk.row(hannah)).to_be_visible()
        page.route(f"**/api/conversations/{conversation}/messages**", _refuse)
        desk.row(hannah).click()
        expect(again).to_be_in_viewport()
        walk.see("failing-thread")
        page.unroute_all()
        again.click()
        expect(desk.bubble("food safe").or_(desk.bubble("Which glaze?")).first).to_be_visible()
        page.route("**/api/channels", _refuse)
        page.goto("/settings/channels")
        expect(again).to_be_in_viewport()
        walk.see("failing-settings")
        page.unroute_all()
        again.click()
        expect(page.get_by_role("link", name="Practice phone")).to_be_visible()
        found += walk.found
    assert found == []


def _refuse(route: Route) -> None:
    route.fulfill(status=503, content_type="application/problem+json", body='{"title": "Busy", "status": 503}')


def test_without_permission_a_page_says_whose_it_is(new_context: ContextMaker, colleague: Person) -> None:
    walk = Walk(new_context(colleague).new_page(), "desk")
    walk.page.goto("/settings/people")
    expect(walk.page.get_by_text("This page is for admins")).to_be_in_viewport()
    walk.see("settings-forbidden")
    assert walk.found == []


def test_languages(new_context: ContextMaker, admin: Person, product: Product, hannah: Customer) -> None:
    found: list[str] = []
    link = product.run("setup-link")
    for locale in LOCALES:
        for size, options in SIZES.items():
            # Long words meet on the phone, what stands the other way round on the wide screen.
            how = {"is_quick": (locale == "ar-XB") is (size == "phone"), "is_light": locale != "ar-XB"}
            walk = Walk(new_context(admin, **options).new_page(), f"{locale}-{size}", **how)
            _walk_in_a_language(walk, locale, hannah)
            door = Walk(new_context(**options).new_page(), f"{locale}-{size}", **how)
            _in_language(door.page, locale)("/signin")
            expect(door.page.get_by_role("textbox").first).to_be_visible()
            door.see("signin")
            _in_language(door.page, locale)(link)
            expect(door.page.get_by_role("textbox").nth(3)).to_be_visible()
            door.see("setup")
            found += walk.found + door.found
    assert found == []


def _walk_in_a_language(walk: Walk, locale: str, hannah: Customer) -> None:
    page = walk.page
    _in_language(page, locale)("/inbox/open")
    row = page.get_by_role("option").filter(has_text=hannah.name)
    expect(row).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == locale
    walk.see("inbox")
    row.click()
    expect(page.get_by_role("article").first).to_be_visible()
    walk.see("thread")
    for address in ("/settings/channels", "/settings/channels/connect/whatsapp", "/settings/people"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        walk.see(address.strip("/").replace("/", "-"))


def _in_language(page: Page, locale: str) -> Callable[[str], object]:
    return lambda address: page.goto(f"{address}{'&' if '?' in address else '?'}locale={locale}")
