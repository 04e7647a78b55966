"""Online, busy, offline: one switch by its key, seen by colleagues at once; the page asks before it says away."""

import secrets

from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.scene import eventually


def test_a_break_is_said_by_keys_and_seen_by_whoever_looks_for_a_colleague(
    desk: Desk, provider: Provider, colleague: Person, new_context: ContextMaker
) -> None:
    customer = provider.customer(f"Wanda {secrets.token_hex(2)}")
    customer.says("Who has time?")
    desk.enter(customer)
    theirs = new_context(colleague).new_page()
    Desk(theirs).open("/inbox/open")
    expect(_own_menu(theirs, colleague, "Online")).to_be_visible()
    theirs.keyboard.press("Shift+O")
    expect(theirs.get_by_role("menuitemradio", name="Online")).to_be_checked()
    theirs.screenshot(path=RESULTS / "availability-menu.png")
    assert problems_of(theirs) == []
    theirs.get_by_role("menuitemradio", name="Lunch").focus()
    theirs.keyboard.press("Enter")
    expect(_own_menu(theirs, colleague, "Busy: Lunch")).to_be_visible()

    page = desk.page
    page.get_by_role("button", name="Contact", exact=True).focus()
    page.keyboard.press("a")
    expect(page.get_by_role("menuitemradio", name=colleague.name)).to_contain_text("Busy: Lunch")
    page.screenshot(path=RESULTS / "availability-assign.png")
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    page.keyboard.press("Shift+A")
    expect(page.get_by_role("dialog").get_by_role("listitem").filter(has_text=colleague.name)).to_contain_text("Lunch")
    page.screenshot(path=RESULTS / "availability-hand-over.png")
    page.keyboard.press("Escape")
    page.goto("/settings/people")
    row = page.get_by_role("listitem").filter(has_text=colleague.email)
    expect(row).to_contain_text("Busy: Lunch")
    colleague.put("/api/availability", {"state": "offline"})
    expect(row).to_contain_text("Offline")
    assert problems_of(page) + overflow_of(page) == []

    phone = new_context(colleague, viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    phone.goto("/settings")
    switch = phone.get_by_role("combobox", name="Availability")
    expect(switch).to_contain_text("Offline")
    switch.click()
    phone.get_by_role("option", name="Online").click()
    expect(_own_menu(theirs, colleague, "Online")).to_be_visible()
    phone.screenshot(path=RESULTS / "availability-phone.png")
    assert overflow_of(phone) == []


def test_whoever_touches_nothing_is_asked_in_every_tab_and_then_offline(
    colleague: Person, new_context: ContextMaker
) -> None:
    context = new_context(colleague)
    context.clock.install()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        Desk(page).open("/inbox/open")
        expect(_own_menu(page, colleague, "Online")).to_be_visible()
    questions = [page.get_by_role("dialog", name="Still there?") for page in (first, second)]
    context.clock.fast_forward("14:00")
    first.mouse.move(300, 300)
    context.clock.fast_forward("14:00")
    for question in questions:
        expect(question).to_have_count(0)
    context.clock.fast_forward("02:00")
    for question in questions:
        expect(question).to_be_visible()
    first.screenshot(path=RESULTS / "availability-asks.png")
    assert problems_of(first) == []
    first.keyboard.press("Shift")
    for question in questions:
        expect(question).to_have_count(0)
    assert _state(colleague) == ("online", "")

    context.clock.fast_forward("16:00")
    expect(questions[1]).to_be_visible()
    context.clock.fast_forward("01:10")
    eventually(lambda: _state(colleague) == ("offline", "idle"))
    for page in (first, second):
        expect(page.get_by_text("You are offline: nobody touched this desk")).to_be_visible()
    for theme in ("dark", "light"):
        first.emulate_media(color_scheme=theme)
        first.screenshot(path=RESULTS / f"availability-away-{theme}.png")
        assert contrast_problems_of(first) == []
    second.get_by_role("button", name="I am back").click()
    for page in (first, second):
        expect(_own_menu(page, colleague, "Online")).to_be_visible()
        expect(page.get_by_text("You are offline")).to_have_count(0)


def _own_menu(page: Page, person: Person, state: str) -> Locator:
    return page.get_by_role("button", name=f"{person.name}, theme and sign-out {state}")


def _state(person: Person) -> tuple[str, str]:
    row = next(one for one in person.get("/api/agents")["items"] if one["id"] == person.agent_id)
    return row["availability"], row["away_reason"]
