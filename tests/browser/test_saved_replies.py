"""Saved replies by keys: a slash, a few letters, the customer's values, and what must be filled before it goes out."""

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually, shown
from tests.browser.watching import Watch

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
HOURS = "Hello {{contact.first_name}}, we are open until six. {{agent.first_name}}, {{workspace.name}}"

PICTURE = Path(__file__).parent / "files" / "carafe.jpg"

MakeReply = Callable[..., dict[str, Any]]


@pytest.fixture
def reply(admin: Person) -> Iterator[MakeReply]:
    """Writes one; before and after the test there are none."""
    _delete_all(admin)

    def make(title: str, text: str = HOURS, **more: object) -> dict[str, Any]:
        return admin.post("/api/saved-replies", {"title": title, "text": text, **more})

    yield make
    _delete_all(admin)


def _delete_all(admin: Person) -> None:
    for one in admin.get("/api/saved-replies")["items"]:
        admin.delete(f"/api/saved-replies/{one['id']}")


@pytest.fixture
def customer(admin: Person, provider: Provider) -> Customer:
    return _customer(admin, provider, f"Kiri {secrets.token_hex(3)}")


def _customer(admin: Person, provider: Provider, name: str) -> Customer:
    made = provider.customer(name)
    made.says("Are you open?")
    arrived(admin, made)
    return made


def _list(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Saved replies")


def _chosen(page: Page) -> Locator:
    return _list(page).get_by_role("option", selected=True)


def _preview(page: Page) -> Locator:
    return page.get_by_role("note", name="As this customer will read it")


class Presses:
    """Keys as a person presses them, counted; letters of a search apart."""

    def __init__(self, page: Page) -> None:
        self._keys = page.keyboard
        self.count = 0

    def press(self, key: str) -> None:
        self._keys.press(key)
        self.count += 1

    def search(self, letters: str) -> None:
        self._keys.type(letters)


def test_a_saved_reply_and_resolve_take_four_presses(
    desk: Desk, admin: Person, customer: Customer, reply: MakeReply
) -> None:
    reply("Opening hours", shortcut="hours")
    reply("Thanks", "Thank you, {{contact.first_name}}!")
    desk.enter(customer)
    expect(desk.bubble("Are you open?")).to_be_visible()
    keys, words = Presses(desk.page), "Hello Kiri, we are open until six. Mila, Atelier Nord"
    keys.press("r")
    expect(desk.answer_box(customer)).to_be_focused()
    keys.press("/")
    expect(_list(desk.page).get_by_role("option")).to_have_count(2)
    keys.search("hou")
    expect(_list(desk.page).get_by_role("option")).to_have_count(1)
    expect(_preview(desk.page)).to_have_text(words)
    expect(_preview(desk.page)).to_be_in_viewport()
    keys.press("Enter")
    expect(_list(desk.page)).to_have_count(0)
    expect(desk.answer_box(customer)).to_have_value(words)
    keys.press("Control+Shift+Enter")
    assert keys.count <= 4
    expect(desk.page.get_by_text(f"Resolved {customer.name}")).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)
    shown(customer, words)
    resolved = admin.get("/api/conversations?view=resolved&order=newest&limit=50")["items"]
    assert customer.name in [one["contact"]["name"] for one in resolved], "the answer opened it again"


def test_arrows_choose_the_text_stays_editable_and_what_is_used_comes_first(
    desk: Desk, customer: Customer, reply: MakeReply
) -> None:
    for title in ("First", "Second", "Third"):
        reply(title, f"{title} text")
    desk.enter(customer)
    page, box = desk.page, desk.answer_box(customer)
    box.click()
    page.keyboard.type("Hello")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("/")
    expect(_chosen(page)).to_contain_text("First")
    page.keyboard.press("ArrowDown")
    expect(_chosen(page)).to_contain_text("Second")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(_chosen(page)).to_contain_text("Third")
    expect(box).to_have_attribute("aria-activedescendant", _chosen(page).get_attribute("id") or "")
    with page.expect_response("**/uses"):
        page.keyboard.press("Enter")
    expect(box).to_have_value("Hello\nThird text")
    page.keyboard.type(", and more")
    page.keyboard.press("Enter")
    expect(desk.bubble("Third text, and more")).to_be_visible()
    page.keyboard.type("/")
    expect(_list(page).get_by_role("option").first).to_contain_text("Third")
    expect(_chosen(page)).to_contain_text("Third")


def test_escape_leaves_the_slash_and_nothing_found_sends_nothing(
    desk: Desk, customer: Customer, reply: MakeReply
) -> None:
    reply("Opening hours")
    desk.enter(customer)
    page, box = desk.page, desk.answer_box(customer)
    box.click()
    page.keyboard.type("/zzz")
    expect(page.get_by_text("No saved reply has these words.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(box).to_have_value("/zzz")
    page.keyboard.press("Escape")
    expect(page.get_by_text("No saved reply has these words.")).to_have_count(0)
    expect(box).to_be_focused()
    expect(box).to_have_value("/zzz")
    page.keyboard.press("Enter")
    expect(desk.bubble("/zzz")).to_be_visible()
    page.keyboard.type("and/or")
    expect(_list(page)).to_have_count(0)


def test_a_missing_value_is_seen_and_must_be_filled(
    desk: Desk, admin: Person, provider: Provider, reply: MakeReply
) -> None:
    """A customer without a name: nobody must read `Hello {{contact.first_name}}`."""
    reply("Opening hours")
    nameless = _customer(admin, provider, f"00 {secrets.randbelow(10**8)}")
    desk.enter(nameless)
    page, box = desk.page, desk.answer_box(nameless)
    box.click()
    page.keyboard.type("/")
    expect(_preview(page)).to_contain_text("Customer’s first name is missing")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Hello {{contact.first_name}}, we are open until six. Mila, Atelier Nord")
    expect(page.get_by_role("status").filter(has_text="Still to fill in: Customer’s first name")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name="Send", exact=True)).to_be_disabled()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Hello {{contact.first_name}}, we are open until six. Mila, Atelier Nord")
    page.keyboard.type("Ana")  # the place is selected again
    expect(box).to_have_value("Hello Ana, we are open until six. Mila, Atelier Nord")
    page.keyboard.press("Enter")
    shown(nameless, "Hello Ana, we are open until six. Mila, Atelier Nord")
    assert provider.sends_of("{{contact") == 0


def test_a_contact_who_is_called_like_a_place_is_only_text(
    desk: Desk, admin: Person, provider: Provider, reply: MakeReply
) -> None:
    reply("Greeting", "Hello {{contact.name}}")
    name = f"{{{{ agent.name }}}} {secrets.token_hex(3)}"
    trickster = _customer(admin, provider, name)
    desk.enter(trickster)
    desk.answer_box(trickster).click()
    desk.page.keyboard.type("/")
    expect(_preview(desk.page)).to_have_text(f"Hello {name}")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Enter")
    shown(trickster, f"Hello {name}")


def test_a_note_and_a_closed_window_offer_none(
    desk: Desk, admin: Person, provider: Provider, customer: Customer, reply: MakeReply
) -> None:
    reply("Opening hours")
    desk.enter(customer)
    desk.page.keyboard.press("n")
    note = desk.page.get_by_role("textbox", name="Private note")
    expect(note).to_be_focused()
    note.press("/")
    expect(note).to_have_value("/")
    expect(_list(desk.page)).to_have_count(0)
    note.fill("")
    with provider.clock_moved(hours=-30):
        late = _customer(admin, provider, f"Late {secrets.token_hex(3)}")
    desk.row(late).click()
    expect(desk.page.get_by_role("listbox", name="Templates")).to_be_visible()
    expect(desk.answer_box(late)).to_have_count(0)
    expect(desk.page.get_by_role("button", name="Saved replies")).to_have_count(0)


def test_an_agent_writes_their_own_and_reads_the_workspaces(
    new_context: ContextMaker, colleague: Person, reply: MakeReply, watch: Any
) -> None:
    watch.refusals += ("/api/saved-replies",)
    reply("For everybody", is_shared=True)
    reply("Of somebody else")
    page = new_context(colleague).new_page()
    page.goto("/settings/replies")
    shared = page.get_by_role("list", name="Everybody’s")
    expect(shared).to_contain_text("For everybody")
    expect(shared.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("Of somebody else")).to_have_count(0)
    page.get_by_role("button", name="New saved reply").click()
    dialog = page.get_by_role("dialog", name="New saved reply")
    expect(dialog.get_by_text("For whom")).to_have_count(0)
    dialog.get_by_label("Title").fill("Greeting")
    dialog.get_by_label("Shortcut").fill("/hi")
    dialog.get_by_label("Text").fill("Hello {{ name }}")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Text")).to_have_accessible_description(
        "Filled in for each customer: {{ name }} cannot be filled in. Use one of the variables, as they are offered."
    )
    dialog.get_by_label("Text").fill("Hello ")
    dialog.get_by_label("Text").press("End")
    dialog.get_by_role("button", name="Customer’s first name").click()
    expect(dialog.get_by_label("Text")).to_have_value("Hello {{contact.first_name}}")
    expect(dialog.get_by_label("Text")).to_be_focused()
    assert problems_of(page) == []
    _picture(page, "settings-reply")
    dialog.get_by_role("button", name="Save").click()
    mine = page.get_by_role("list", name="Mine")
    expect(mine).to_contain_text("/hi")
    page.get_by_role("button", name="Edit Greeting").click()
    page.get_by_label("Title").fill("Good day")
    page.get_by_role("button", name="Save").click()
    expect(mine).to_contain_text("Good day")
    _picture(page, "settings-replies")
    page.get_by_role("button", name="Delete Good day").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(mine).to_have_count(0)


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_list_is_usable_for_everybody(
    new_context: ContextMaker, admin: Person, customer: Customer, reply: MakeReply, look: str
) -> None:
    reply("Opening hours", shortcut="hours", is_shared=True)
    reply("Where is my parcel", "Your parcel left us today and arrives in two working days.", is_shared=True)
    reply("Gracias", "¡Gracias, {{contact.first_name}}! {{channel.name}}", shortcut="gracias")
    for number in range(12):
        reply(f"More {number:02}", "A text that is there so that the list must scroll.")
    options: dict[str, Any] = PHONE if look == "phone" else {"color_scheme": look}
    desk = Desk(new_context(admin, **options).new_page()).open()
    desk.row(customer).click()
    expect(desk.answer_box(customer)).to_be_visible()
    desk.page.get_by_role("button", name="Saved replies").click()
    expect(_list(desk.page).get_by_role("option")).to_have_count(15)
    expect(_list(desk.page)).to_be_in_viewport()
    expect(desk.bubble("Are you open?")).to_be_in_viewport(ratio=1)
    _picture(desk.page, f"saved-replies-{look}")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []
    desk.page.keyboard.press("ArrowUp")
    expect(_chosen(desk.page)).to_contain_text("Where is my parcel")
    expect(_chosen(desk.page)).to_be_in_viewport(ratio=0.9)
    _list(desk.page).get_by_role("option").filter(has_text="parcel").click()
    expect(desk.answer_box(customer)).to_have_value("Your parcel left us today and arrives in two working days.")
    expect(desk.answer_box(customer)).to_be_focused()
    eventually(lambda: _first_of(admin, customer) == "Where is my parcel")


def test_a_reply_of_a_team_goes_out_in_the_customers_language_with_its_file(
    new_context: ContextMaker, admin: Person, customer: Customer, reply: MakeReply
) -> None:
    """Written in the settings, chosen by the slash, read by the customer as picture and caption."""
    team = admin.post("/api/teams", {"name": f"Team {secrets.token_hex(3)}", "colour": "teal"})
    admin.patch(f"/api/teams/{team['id']}", {"add": [admin.get("/api/session")["agent"]["id"]]})
    contact_id = admin.conversation_of(customer)["contact"]["id"]
    admin.patch(f"/api/contacts/{contact_id}", {"locale": "es", "time_zone": "Europe/Madrid"})
    page = new_context(admin).new_page()
    page.goto("/settings/replies")
    page.get_by_role("button", name="New saved reply").click()
    dialog = page.get_by_role("dialog", name="New saved reply")
    dialog.get_by_label("Title").fill("Price list")
    dialog.get_by_label("Text", exact=True).fill("Here is our price list.")
    _choose(page, dialog, "Written in", "English")
    _choose(page, dialog, "Add a language", "Spanish")
    dialog.get_by_label("Text in Spanish").fill("{{contact.greeting}}: nuestra lista de precios.")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Add files").click()
    chooser.value.set_files([PICTURE])  # type: ignore[list-item]
    expect(dialog.get_by_role("button", name=f"Remove {PICTURE.name}")).to_be_visible()
    _choose(page, dialog, "For whom", f"Team {team['name']}")
    assert problems_of(page) == []
    _picture(page, "settings-reply-files")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name=f"Team {team['name']}")).to_contain_text("Price list")
    _picture(page, "settings-replies-teams")

    desk = Desk(page).open()
    desk.row(customer).click()
    desk.answer_box(customer).click()
    page.keyboard.type("/")
    expect(_preview(page)).to_contain_text("nuestra lista de precios.")
    expect(page.get_by_role("button", name="Spanish")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(_preview(page)).to_have_text("Here is our price list.")
    page.keyboard.press("ArrowRight")
    expect(_preview(page)).to_contain_text("nuestra lista de precios.")
    assert problems_of(page) == []
    _picture(page, "saved-reply-files")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Files to send")).to_contain_text(PICTURE.name)
    page.keyboard.press("Enter")
    eventually(lambda: any(one.get("caption", "").endswith("lista de precios.") for one in customer.messages()))
    _picture(page, "saved-reply-files-sent")

    # On a phone there is no preview beside the list: one tap says in which language, one takes the reply.
    phone = new_context(admin, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    held = Desk(phone).open(f"/inbox/open/{admin.conversation_of(customer)['id']}")
    held.answer_box(customer).tap()
    phone.keyboard.type("/price")
    option = phone.get_by_role("option", name=re.compile("Price list"))
    expect(option).to_contain_text("nuestra lista de precios.")
    languages = phone.get_by_role("group", name="Languages")
    expect(languages.get_by_role("button", name="Customer’s")).to_have_attribute("aria-pressed", "true")
    languages.get_by_role("button", name="English").tap()
    expect(option).to_contain_text("Here is our price list.")
    assert problems_of(phone) == []
    _picture(phone, "saved-reply-phone")
    phone.emulate_media(color_scheme="dark")
    _picture(phone, "saved-reply-phone-dark")
    option.tap()
    expect(held.answer_box(customer)).to_have_value("Here is our price list.")
    admin.delete(f"/api/teams/{team['id']}")


def test_variants_are_written_turned_by_a_key_and_never_twice_before_all(
    new_context: ContextMaker, admin: Person, customer: Customer, reply: MakeReply
) -> None:
    """In the settings, with the keyboard in the box, and with one tap on a phone."""
    del reply  # only so that there are no others
    page = new_context(admin).new_page()
    page.goto("/settings/replies")
    page.get_by_role("button", name="New saved reply").click()
    dialog = page.get_by_role("dialog", name="New saved reply")
    dialog.get_by_label("Title").fill("Thanks")
    dialog.get_by_label("Text", exact=True).fill("Thank you, {{contact.first_name}}!")
    for place, text in ((2, "Much obliged."), (3, "Many thanks, {{contact.first_name}}.")):
        dialog.get_by_role("button", name="Add a variant", exact=True).click()
        expect(dialog.get_by_label(f"Variant {place}", exact=True)).to_be_focused()
        page.keyboard.type(text)
    dialog.get_by_role("button", name="Move “Variant 3” up").click()
    expect(dialog.get_by_label("Variant 3", exact=True)).to_have_value("Much obliged.")
    dialog.get_by_role("button", name="Add a variant", exact=True).click()
    dialog.get_by_role("button", name="Remove “Variant 4”").click()
    assert problems_of(page) == []
    _picture(page, "settings-reply-variants")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Mine")).to_contain_text("3 variants")
    (kept,) = admin.get("/api/saved-replies")["items"]
    assert kept["variants"] == ["Many thanks, {{contact.first_name}}.", "Much obliged."]
    page.emulate_media(color_scheme="dark")
    page.get_by_role("button", name="Edit Thanks").click()
    expect(page.get_by_label("Variant 2", exact=True)).to_have_value("Many thanks, {{contact.first_name}}.")
    _picture(page, "settings-reply-variants-dark")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Remove “Variant 2”").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Mine")).to_contain_text("2 variants")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("list", name="Mine")).to_contain_text("3 variants")

    texts = ["Thank you, Kiri!", "Many thanks, Kiri.", "Much obliged."]
    desk = Desk(page).open()
    desk.row(customer).click()
    desk.answer_box(customer).click()
    page.keyboard.type("/")
    first = texts.index(_preview(page).inner_text())
    page.keyboard.press("ArrowLeft")
    second = (first + 1) % 3
    expect(_preview(page)).to_have_text(texts[second])
    expect(page.get_by_text("2 of 3")).to_be_visible()
    expect(_chosen(page)).to_contain_text(texts[second])
    assert problems_of(page) == []
    _picture(page, "saved-reply-variant")
    page.keyboard.press("Enter")
    expect(desk.answer_box(customer)).to_have_value(texts[second])
    page.keyboard.type(" Bye")
    page.keyboard.press("Enter")
    shown(customer, f"{texts[second]} Bye")
    # What was used is the last in turn, though its words were changed.
    assert _next_of(admin, customer) == [texts[first], texts[(first + 2) % 3], texts[second]]

    phone = new_context(admin, **PHONE).new_page()
    held = Desk(phone).open(f"/inbox/open/{admin.conversation_of(customer)['id']}")
    held.answer_box(customer).tap()
    phone.keyboard.type("/")
    option = phone.get_by_role("option", name=re.compile("Thanks"))
    expect(option).to_contain_text(texts[first])
    phone.get_by_role("button", name="Another wording").tap()
    expect(option).to_contain_text(texts[(first + 2) % 3])
    assert problems_of(phone) == []
    _picture(phone, "saved-reply-variant-phone")
    option.tap()
    expect(held.answer_box(customer)).to_have_value(texts[(first + 2) % 3])
    held.answer_box(customer).press("Control+Enter")
    shown(customer, texts[(first + 2) % 3])
    eventually(lambda: _next_of(admin, customer)[0] == texts[first])


def test_one_text_to_many_warns_above_the_box_and_one_key_sends_it(
    new_context: ContextMaker, admin: Person, provider: Provider, customer: Customer, watch: Watch
) -> None:
    page = new_context(admin).new_page()
    page.goto("/settings/replies")
    page.get_by_label("Warn after so many customers").click()
    page.get_by_role("option", name="3", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert admin.get("/api/workspace")["settings"]["repeat_customers"] == 3
    assert problems_of(page) == []
    _picture(page, "settings-repeat")
    text = "Our winter sale begins tomorrow at nine"
    for number in range(3):
        other = _customer(admin, provider, f"Other {number} {secrets.token_hex(3)}")
        path = f"/api/conversations/{admin.conversation_of(other)['id']}/messages"
        admin.post(path, {"client_id": str(uuid4()), "content": {"kind": "text", "text": text}})
    desk = Desk(page).open()
    desk.row(customer).click()
    desk.answer_box(customer).fill(text)
    page.keyboard.press("Enter")
    warning = page.get_by_role("alert", name="The same text to many")
    expect(warning).to_contain_text("You sent this text to 3 customers within 10 min.")
    expect(desk.answer_box(customer)).to_be_focused()
    assert problems_of(page) == []
    _picture(page, "repeat-warning")
    page.emulate_media(color_scheme="dark")
    _picture(page, "repeat-warning-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(warning).to_be_in_viewport()
    _picture(page, "repeat-warning-phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    warning.get_by_role("button", name="Edit it").click()
    expect(warning).to_have_count(0)
    expect(desk.answer_box(customer)).to_have_value(text)
    page.keyboard.press("Enter")
    expect(warning).to_be_visible()
    page.keyboard.press("Control+Shift+Y")
    shown(customer, text)
    expect(warning).to_have_count(0)
    admin.patch("/api/workspace", {"settings": {"repeat_customers": 10}})
    # The browser says of each refusal that it was one.
    assert all("409 (Conflict)" in problem for problem in watch.problems)
    watch.problems.clear()


def _next_of(admin: Person, customer: Customer) -> list[str]:
    (one,) = admin.get(f"/api/conversations/{admin.conversation_of(customer)['id']}/saved-replies")["items"]
    return ["".join(piece["text"] for piece in said["pieces"]) for said in one["variants"]]


def _choose(page: Page, dialog: Locator, label: str, option: str) -> None:
    dialog.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def _first_of(admin: Person, customer: Customer) -> str:
    conversation_id = admin.conversation_of(customer)["id"]
    return admin.get(f"/api/conversations/{conversation_id}/saved-replies")["items"][0]["title"]


def _picture(page: Page, name: str) -> None:
    folder = RESULTS / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
