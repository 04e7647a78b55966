"""Everything by keys alone: through the list, into a conversation, and what is done there."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider


@pytest.fixture
def queue(desk: Desk, provider: Provider) -> list[Customer]:
    """Three who wait, the newest first in the list, and nobody else above them."""
    customers = [provider.customer(f"Kiri {secrets.token_hex(3)}") for _ in range(3)]
    for customer in customers:
        customer.says(f"{customer.name} asks")
        expect(desk.row(customer)).to_be_visible()
    desk.page.get_by_role("button", name="Next due").click()
    desk.page.get_by_role("menuitemradio", name="Newest").click()
    desk.page.keyboard.press("Escape")
    expect(desk.page.get_by_role("menu")).to_have_count(0)
    expect(desk.list.get_by_role("option").first).to_contain_text(customers[-1].name)
    desk.list.focus()
    return customers[::-1]


@pytest.fixture
def usual_keys(admin: Person) -> Iterator[None]:
    """What is chosen holds on every device of the agent, so also in the tests that follow."""
    yield
    admin.patch("/api/preferences", {"has_single_keys": True, "keys": {}})


def _chosen(desk: Desk) -> Locator:
    return desk.list.get_by_role("option", selected=True)


def test_j_and_k_go_through_the_list_and_enter_answers(desk: Desk, queue: list[Customer]) -> None:
    keys = desk.page.keyboard
    keys.press("j")
    expect(_chosen(desk)).to_contain_text(queue[0].name)
    keys.press("j")
    expect(_chosen(desk)).to_contain_text(queue[1].name)
    keys.press("k")
    expect(_chosen(desk)).to_contain_text(queue[0].name)
    expect(desk.bubble(f"{queue[0].name} asks")).to_be_visible()
    keys.press("Enter")
    box = desk.answer_box(queue[0])
    expect(box).to_be_focused()
    expect(box).to_be_in_viewport()
    keys.type("jkeaern is only text here")
    expect(box).to_have_value("jkeaern is only text here")
    expect(_chosen(desk)).to_contain_text(queue[0].name)
    keys.press("Shift+Enter")
    keys.type("second line")
    expect(box).to_have_value("jkeaern is only text here\nsecond line")
    keys.press("Enter")
    expect(desk.bubble("second line")).to_be_visible()
    expect(box).to_have_value("")
    keys.press("Escape")
    expect(box).not_to_be_focused()
    keys.press("Escape")
    expect(_chosen(desk)).to_have_count(0)


def test_r_answers_and_n_writes_a_note(desk: Desk, queue: list[Customer]) -> None:
    keys = desk.page.keyboard
    keys.press("j")
    expect(desk.bubble(f"{queue[0].name} asks")).to_be_visible()
    keys.press("n")
    note = desk.page.get_by_role("textbox", name="Private note")
    expect(note).to_be_focused()
    expect(note).to_be_in_viewport()
    expect(note).to_have_value("")
    keys.type("Regular customer")
    keys.press("Control+Enter")
    expect(desk.bubble("Regular customer")).to_contain_text("Private note")
    keys.press("Escape")
    keys.press("r")
    expect(desk.answer_box(queue[0])).to_be_focused()


def test_a_opens_who_answers_and_e_resolves_and_goes_on(desk: Desk, queue: list[Customer]) -> None:
    keys = desk.page.keyboard
    keys.press("j")
    expect(desk.bubble(f"{queue[0].name} asks")).to_be_visible()
    keys.press("a")
    me = desk.page.get_by_role("menuitemradio", name="Mila Brandt (you)")
    expect(me).to_be_visible()
    me.focus()
    keys.press("Enter")
    expect(desk.row(queue[0]).get_by_text("Answered by Mila Brandt")).to_be_attached()
    expect(me).to_have_count(0)
    keys.press("e")
    expect(desk.page.get_by_text(f"Resolved {queue[0].name}")).to_be_visible()
    expect(_chosen(desk)).to_contain_text(queue[1].name)
    expect(desk.row(queue[0])).to_have_count(0)
    keys.press("z")
    expect(desk.row(queue[0])).to_be_visible()


_PRESS_AT_ONCE = """async (keys) => {
    for (const key of keys) {
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        for (let turn = 0; turn < 5; turn += 1) await null;
    }
}"""
"""Quicker than any screen can be painted between two of them."""


def test_a_quick_key_does_something_to_what_is_chosen_and_not_to_what_is_still_shown(
    desk: Desk, queue: list[Customer]
) -> None:
    desk.page.keyboard.press("j")
    expect(desk.bubble(f"{queue[0].name} asks")).to_be_visible()
    desk.page.evaluate(_PRESS_AT_ONCE, ["j", "e"])
    expect(desk.page.get_by_text(f"Resolved {queue[1].name}")).to_be_visible()
    expect(desk.row(queue[0])).to_be_visible()
    expect(desk.row(queue[1])).to_have_count(0)


def test_what_a_key_resolves_leaves_the_list_though_the_pointer_rests_on_it(desk: Desk, queue: list[Customer]) -> None:
    desk.enter(queue[1])
    desk.row(queue[2]).hover()
    desk.page.keyboard.press("e")
    expect(desk.row(queue[1])).to_have_count(0)


def test_the_palette_finds_people_places_and_commands(desk: Desk, queue: list[Customer]) -> None:
    keys = desk.page.keyboard
    keys.press("Control+k")
    field = desk.page.get_by_role("combobox", name="Commands and search")
    expect(field).to_be_focused()
    keys.type(queue[1].name)
    found = desk.page.get_by_role("listbox", name="Commands and search").get_by_role("option")
    expect(found.first).to_contain_text(queue[1].name)
    keys.press("Enter")
    expect(_chosen(desk)).to_contain_text(queue[1].name)
    keys.press("Control+k")
    keys.type("settings")
    expect(found.first).to_contain_text("Settings")
    keys.press("Enter")
    expect(desk.page).to_have_url(re.compile("/settings"))
    keys.press("g")
    keys.press("i")
    expect(desk.page).to_have_url(re.compile("/inbox"))


def test_letters_typed_before_the_palette_stands_are_its_search(desk: Desk, queue: list[Customer]) -> None:
    def late(route: Route) -> None:
        desk.page.wait_for_timeout(600)
        route.continue_()

    desk.page.route("**/assets/Palette*.js", late)
    desk.page.keyboard.press("j")
    box = desk.answer_box(queue[0])
    expect(box).to_be_visible()
    desk.page.keyboard.press("Control+k")
    desk.page.keyboard.type("resolve")  # e resolves and r answers, were they commands
    field = desk.page.get_by_role("combobox", name="Commands and search")
    expect(field).to_be_focused()
    expect(field).to_have_value("resolve")
    desk.page.keyboard.type("d")
    expect(field).to_have_value("resolved")
    desk.page.keyboard.press("Escape")
    expect(desk.row(queue[0])).to_be_visible()
    desk.page.unroute_all(behavior="ignoreErrors")


def test_a_question_mark_lists_the_keys_and_letters_can_be_switched_off(
    desk: Desk, queue: list[Customer], usual_keys: None
) -> None:
    keys = desk.page.keyboard
    keys.press("?")
    dialog = desk.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Resolve and go on")
    switch = dialog.get_by_role("switch", name="Single letters work")
    switch.focus()
    keys.press("Space")
    expect(switch).not_to_be_checked()
    keys.press("Escape")
    expect(dialog).to_have_count(0)
    keys.press("j")
    expect(_chosen(desk)).to_have_count(0)
    keys.press("Control+k")
    expect(desk.page.get_by_role("combobox", name="Commands and search")).to_be_focused()


def test_letters_typed_on_the_phone_beside_the_inbox_are_text(desk: Desk, queue: list[Customer]) -> None:
    desk.page.get_by_role("complementary", name="Try it").get_by_role("textbox", name="Message").focus()
    desk.page.keyboard.type("jern")
    expect(_chosen(desk)).to_have_count(0)


def test_tab_reaches_rail_views_list_and_thread_with_a_visible_ring(desk: Desk, queue: list[Customer]) -> None:
    desk.page.keyboard.press("j")
    expect(desk.bubble(f"{queue[0].name} asks")).to_be_visible()
    desk.page.get_by_role("button", name="Close", exact=True).click()
    desk.page.get_by_role("link", name="Inbox").focus()
    reached: list[str] = []
    for _ in range(70):
        desk.page.keyboard.press("Tab")
        reached.append(
            desk.page.evaluate("""() => {
              const at = document.activeElement;
              if (at === document.body) return 'the page itself, between its end and its beginning';
              const around = [at.parentElement, at.parentElement?.parentElement];
              const drawn = [at, ...around, ...at.querySelectorAll('*')].filter((one) => one !== null);
              const hasRing = drawn.some((one) => {
                const style = getComputedStyle(one);
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
                  && style.outlineColor !== 'rgba(0, 0, 0, 0)';
              });
              const name = at.getAttribute('aria-label') ?? at.textContent.trim().slice(0, 60);
              return `${hasRing ? '' : 'NO RING '}${name}`;
            }""")
        )
    without = [one for one in reached if one.startswith("NO RING")]
    assert without == [], without
    for name in ("Settings", "Conversations", f"Answer to {queue[0].name}"):
        assert any(name in one for one in reached), f"{name} was not reached: {reached}"
