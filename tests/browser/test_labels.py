"""Labels by keys alone: made in the settings, put on a conversation and its contact, seen by colleagues at once."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.watching import Watch


@dataclass(frozen=True, slots=True)
class Labels:
    """Four of conversations and one of contacts, with names of their own."""

    broken: str
    delivery: str
    wholesale: str
    gift: str
    regular: str
    ids: dict[str, str]


@pytest.fixture
def labels(admin: Person) -> Iterator[Labels]:
    mark = secrets.token_hex(2)
    names = [f"{name} {mark}" for name in ("Broken", "Delivery", "Wholesale", "Gift", "Regular")]
    colours = ("red", "blue", "green", "purple", "yellow")
    ids: dict[str, str] = {}
    for name, colour in zip(names, colours, strict=True):
        kind = "contact" if name.startswith("Regular") else "conversation"
        ids[name] = admin.post("/api/labels", {"kind": kind, "name": name, "colour": colour})["id"]
    yield Labels(*names, ids=ids)
    left = {one["id"] for one in admin.get("/api/labels")["items"]}
    for label_id in left & set(ids.values()):
        admin.delete(f"/api/labels/{label_id}")


def _menu(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Labels", exact=True)


def _looked_at(page: Page, name: str) -> list[str]:
    """What is wrong on the screen in both themes; their pictures are kept."""
    RESULTS.mkdir(exist_ok=True)
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(100)
        page.screenshot(path=RESULTS / f"labels-{name}-{theme}.png")
        found += [f"{theme}: {one}" for one in problems_of(page) + overflow_of(page)]
    page.emulate_media(color_scheme="light")
    return found


def test_a_conversation_is_labelled_with_two_presses_and_stays_where_it_was(
    desk: Desk, provider: Provider, labels: Labels, new_context: ContextMaker, colleague: Person
) -> None:
    first, second = [provider.customer(f"{name} {secrets.token_hex(2)}") for name in ("Wim", "Xenia")]
    for customer in (first, second):
        customer.says("The carafe came cracked.")
        expect(desk.row(customer)).to_be_visible()
    other = Desk(new_context(colleague).new_page()).open()

    def listed() -> list[str]:
        texts = desk.list.get_by_role("option").all_inner_texts()
        return [one.name for text in texts for one in (first, second) if one.name in text]

    assert listed() == [first.name, second.name], "who waits longest stands on top"
    desk.enter(second)
    keys = desk.page.keyboard
    keys.press("l")
    keys.type("bro")  # without waiting for the menu: r would begin an answer
    keys.press("Enter")
    expect(desk.row(second)).to_contain_text(labels.broken)
    expect(other.row(second)).to_contain_text(labels.broken)
    expect(_menu(desk.page).get_by_role("option", name=labels.broken, selected=True)).to_be_visible()
    expect(desk.thread.get_by_text(f"Mila Brandt added the label {labels.broken}")).to_be_visible()
    assert _looked_at(desk.page, "menu") == []

    for name in (labels.delivery, labels.gift):
        keys.type(name)
        keys.press("Enter")
    expect(desk.row(second)).to_contain_text("+1")
    assert listed() == [first.name, second.name], "labels never move a row"
    keys.press("Escape")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    expect(desk.list).to_be_focused()

    keys.press("l")
    keys.type("broken")
    keys.press("Enter")
    keys.press("Escape")
    expect(desk.row(second)).not_to_contain_text(labels.broken)
    expect(desk.row(second)).not_to_contain_text("+1")
    expect(other.row(second)).to_contain_text(labels.gift)
    expect(desk.answer_box(second)).to_have_value("")


def test_the_contact_has_labels_of_its_own(desk: Desk, provider: Provider, admin: Person, labels: Labels) -> None:
    customer = provider.customer(f"Yara {secrets.token_hex(2)}")
    customer.says("Hello again")
    desk.enter(customer)
    desk.page.get_by_role("button", name="Close", exact=True).click()  # the practice phone stands in its place
    panel = desk.page.get_by_role("complementary", name="Contact")
    expect(panel.get_by_role("button", name="Label", exact=True)).to_be_visible()  # the contact is here
    panel.get_by_role("button", name="change the name").focus()
    keys = desk.page.keyboard
    keys.press("l")
    expect(_menu(desk.page).get_by_role("option", name=labels.regular)).to_be_visible()
    expect(_menu(desk.page).get_by_role("option", name=labels.broken)).to_have_count(0)
    keys.type("regular")
    keys.press("Enter")
    keys.press("Escape")
    expect(panel.get_by_role("list", name="Labels of the contact")).to_contain_text(labels.regular)
    assert _looked_at(desk.page, "contact") == []
    expect(desk.row(customer)).not_to_contain_text(labels.regular)
    contact_id = admin.conversation_of(customer)["contact"]["id"]
    assert admin.get(f"/api/contacts/{contact_id}")["label_ids"] == [labels.ids[labels.regular]]


def test_a_deleted_label_is_gone_from_rows_and_stays_in_the_history(
    desk: Desk, provider: Provider, admin: Person, labels: Labels
) -> None:
    customer = provider.customer(f"Zoë {secrets.token_hex(2)}")
    customer.says("Is it in stock?")
    desk.enter(customer)
    conversation_id = admin.conversation_of(customer)["id"]
    label_id = labels.ids[labels.wholesale]
    admin.patch(f"/api/conversations/{conversation_id}/labels", {"add": [label_id]})
    expect(desk.row(customer)).to_contain_text(labels.wholesale)
    admin.delete(f"/api/labels/{label_id}")
    expect(desk.row(customer)).not_to_contain_text(labels.wholesale)
    expect(desk.thread.get_by_text(f"Mila Brandt added the label {labels.wholesale}")).to_be_visible()


def test_labels_are_made_changed_and_deleted_by_keys(page: Page, admin: Person, watch: Watch) -> None:
    watch.refusals += ("/api/labels",)
    name = f"Returns {secrets.token_hex(2)}"
    page.goto("/settings/labels")
    keys = page.keyboard
    page.get_by_role("button", name="New label for conversations").press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    keys.type(name)
    page.get_by_role("radio", name="Red").focus()
    keys.press("ArrowRight")
    expect(page.get_by_role("radio", name="Orange")).to_be_checked()
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    rows = page.get_by_role("list", name="On conversations")
    expect(rows).to_contain_text(name)
    made = next(one for one in admin.get("/api/labels")["items"] if one["name"] == name)
    assert (made["kind"], made["colour"]) == ("conversation", "orange")
    assert _looked_at(page, "settings") == []

    page.get_by_role("button", name="New label for conversations").press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    keys.type(name.upper())
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("There is a label with this name already.")
    assert _looked_at(page, "dialog") == []
    keys.press("Escape")

    page.get_by_role("button", name=f"Edit {name}").press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_have_value(name)
    page.get_by_role("textbox", name="Name").fill(f"{name}, new")
    keys.press("Enter")
    expect(rows).to_contain_text(f"{name}, new")

    page.get_by_role("button", name=f"Delete {name}, new").press("Enter")
    page.get_by_role("alertdialog").or_(dialog).get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.get_by_text(name)).to_have_count(0)


def test_agents_put_labels_on_but_do_not_make_them(new_context: ContextMaker, colleague: Person) -> None:
    page = new_context(colleague).new_page()
    page.goto("/settings/labels")
    expect(page.get_by_text("This page is for admins")).to_be_visible()


def test_a_label_without_room_for_its_name_shows_no_dot(
    desk: Desk, provider: Provider, admin: Person, labels: Labels
) -> None:
    """A colour alone tells nothing: beside a name that fills the row a label gives way whole."""
    customer = provider.customer(f"Maximiliane Freifrau von Hohenstein-Wittgenstein {secrets.token_hex(2)}")
    customer.says("Guten Tag")
    expect(desk.row(customer)).to_be_visible()
    conversation_id = admin.conversation_of(customer)["id"]
    admin.patch(f"/api/conversations/{conversation_id}/labels", {"add": [labels.ids[labels.gift]]})
    mark = desk.row(customer).get_by_text(labels.gift)
    expect(mark).to_be_attached()
    expect(mark).not_to_be_in_viewport()


def test_on_a_phone_labels_are_behind_more(
    new_context: ContextMaker, provider: Provider, admin: Person, labels: Labels
) -> None:
    customer = provider.customer(f"Ulla {secrets.token_hex(2)}")
    customer.says("Hej!")
    page = new_context(admin, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    desk = Desk(page).open()
    desk.row(customer).click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Labels").click()
    _menu(page).get_by_role("option", name=labels.delivery).click()
    expect(_menu(page).get_by_role("option", name=labels.delivery, selected=True)).to_be_in_viewport()
    assert _looked_at(page, "phone") == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Back to the list").click()
    expect(desk.row(customer)).to_contain_text(labels.delivery)
