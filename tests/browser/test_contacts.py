"""Contacts by keys: found in their list, known on their page and beside the thread, with fields and notes."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.scene import eventually
from tests.browser.test_screens import PHONE
from tests.browser.watching import Watch


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong on the screen in both themes; their pictures are kept."""
    RESULTS.mkdir(exist_ok=True)
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(100)
        page.screenshot(path=RESULTS / f"contacts-{name}-{theme}.png")
        found += [f"{name} {theme}: {one}" for one in problems_of(page) + overflow_of(page)]
    page.emulate_media(color_scheme="light")
    return found


@pytest.fixture(scope="module")
def fields(admin: Person) -> dict[str, Any]:
    """Of contacts and of conversations, by their names."""
    made = [
        {"owner": "contact", "type": "choice", "name": "Tier", "options": [
            {"name": "Gold", "colour": "gold"}, {"name": "Silver"}]},
        {"owner": "contact", "type": "choices", "name": "Likes", "options": [
            {"name": "Bowls", "colour": "sky"}, {"name": "Cups", "colour": "pink"}]},
        {"owner": "contact", "type": "number", "name": "Kiln size"},
        {"owner": "contact", "type": "date", "name": "Birthday"},
        {"owner": "contact", "type": "boolean", "name": "Wholesale"},
        {"owner": "contact", "type": "link", "name": "Shop page"},
        {"owner": "conversation", "type": "text", "name": "Order number"},
    ]  # fmt: skip
    return {one["name"]: admin.post("/api/fields", one) for one in made}


def test_a_contact_is_found_opened_and_told_of_by_keys(
    page: Page, admin: Person, provider: Provider, fields: dict[str, Any], watch: Watch
) -> None:
    watch.refusals += ("/api/contacts",)
    mark = secrets.token_hex(3)
    customer = provider.customer(f"Ingrid {mark}")
    customer.says("Do you ship to Norway?")
    contact_id = eventually(lambda: admin.get(f"/api/contacts?search={mark}")["items"])[0]["id"]
    keys = page.keyboard
    page.goto("/inbox")
    expect(page.get_by_role("listbox", name="Conversations")).to_be_visible()
    keys.press("g")
    keys.press("c")
    expect(page.get_by_role("heading", name="Contacts")).to_be_visible()
    keys.press("/")
    keys.type(mark)
    link = page.get_by_role("link", name=customer.name)
    expect(link).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    assert looked_at(page, "list") == []
    keys.press("Enter")
    expect(link).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", name=customer.name)).to_be_visible()

    panel = page.get_by_role("region", name="Contact", exact=True)
    panel.get_by_role("button", name="E-mail: Add").press("Enter")
    keys.type("ingrid@example.org")
    keys.press("Enter")
    expect(panel.get_by_role("button", name="E-mail: ingrid@example.org, change")).to_be_focused()
    panel.get_by_role("button", name="Tier: Add").press("Enter")
    page.get_by_role("option", name="Gold").press("Enter")
    expect(panel.get_by_role("button", name="Tier: Gold, change")).to_be_visible()
    panel.get_by_role("button", name="Likes: Add").press("Enter")
    page.get_by_role("option", name="Bowls").press("Enter")
    page.get_by_role("option", name="Cups").press("Enter")
    expect(page.get_by_role("option", name="Cups", selected=True)).to_be_visible()
    keys.press("Escape")
    panel.get_by_role("button", name="Kiln size: Add").press("Enter")
    keys.type("wide")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Please enter a number.")
    page.get_by_label("Dismiss").click()
    panel.get_by_role("button", name="Kiln size: Add").press("Enter")
    keys.type("38,5")
    keys.press("Enter")
    expect(panel.get_by_role("button", name="Kiln size: 38.5, change")).to_be_visible()
    panel.get_by_role("button", name="Wholesale: Add").press("Enter")
    page.get_by_role("option", name="Yes").press("Enter")
    panel.get_by_role("button", name="Time zone").press("Enter")
    keys.type("Europe/Oslo")
    keys.press("Enter")
    expect(panel.get_by_role("button", name="Time zone: Europe/Oslo, change")).to_be_visible()
    country = panel.get_by_role("combobox", name="Country")
    expect(country).to_have_text("United Kingdom (guessed)")
    country.press("Enter")
    expect(page.get_by_role("option", name="Sweden")).to_be_attached()
    keys.type("Norw")
    keys.press("Enter")
    expect(country).to_have_text("Norway")
    panel.get_by_role("button", name="VIP").press("Enter")
    expect(panel.get_by_role("button", name="VIP", pressed=True)).to_be_visible()

    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text("Do you ship to Norway?")
    history.get_by_role("textbox", name="Write a note about this contact").fill("Pays by invoice")
    keys.press("Control+Enter")
    expect(history.get_by_role("listitem").first).to_contain_text("Pays by invoice")
    expect(history.get_by_role("listitem").first).to_contain_text("Mila Brandt")
    found = looked_at(page, "page")
    assert found == [], "\n".join(found)

    known = admin.get(f"/api/contacts/{contact_id}")
    tier, size = fields["Tier"], fields["Kiln size"]["id"]
    assert (known["email"], known["time_zone"], known["is_vip"]) == ("ingrid@example.org", "Europe/Oslo", True)
    assert known["country"] == "NO"
    assert (known["fields"][tier["id"]], known["fields"][size]) == (tier["options"][0]["id"], 38.5)
    keys.press("Escape")
    keys.press("u")
    expect(page.get_by_role("searchbox")).to_be_visible()
    page.get_by_role("button", name="Columns").press("Enter")
    page.get_by_role("menuitemcheckbox", name="Tier").press("Enter")
    page.get_by_role("menuitemcheckbox", name="Country").press("Enter")
    keys.press("Escape")
    page.get_by_role("button", name="Known since").press("Enter")
    row = page.get_by_role("row").filter(has_text=customer.name)
    expect(row).to_contain_text("Gold")
    expect(row).to_contain_text("Norway")
    page.get_by_role("button", name="Filter contacts").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add a condition").press("Enter")
    dialog.get_by_role("combobox", name="Field").press("Enter")
    page.get_by_role("option", name="Country", exact=True).click()
    dialog.get_by_role("combobox", name="Value").click()
    page.get_by_role("option", name="Norway").click()
    keys.press("Escape")
    expect(dialog.get_by_role("combobox", name="Value")).to_have_text("Norway")
    expect(dialog).to_contain_text("Contacts where")
    assert looked_at(page, "country") == []
    dialog.get_by_role("button", name="Show once").click()
    expect(page.get_by_role("row").filter(has_text=customer.name)).to_contain_text("Norway")
    expect(row.get_by_role("img", name="VIP")).to_be_visible()


def test_the_panel_fills_in_fields_of_contact_and_conversation(
    desk: Desk, provider: Provider, admin: Person, fields: dict[str, Any]
) -> None:
    customer = provider.customer(f"Jules {secrets.token_hex(2)}")
    customer.says("Order 4172 has not come")
    desk.enter(customer)
    desk.page.get_by_role("button", name="Close", exact=True).click()  # the practice phone stands in its place
    panel = desk.page.get_by_role("complementary", name="Contact")
    panel.get_by_role("button", name="Order number: Add").press("Enter")
    desk.page.keyboard.type("4172")
    desk.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="Order number: 4172, change")).to_be_visible()
    conversation = admin.conversation_of(customer)
    order = fields["Order number"]["id"]
    desk.page.wait_for_function(  # the screen shows it before the server has it
        "([path, order]) => fetch(path).then((one) => one.json()).then(({ fields }) => fields[order] === '4172')",
        arg=[f"/api/conversations/{conversation['id']}/fields", order],
    )
    admin.patch(f"/api/conversations/{conversation['id']}/fields", {"fields": {order: "4173"}})
    expect(panel.get_by_role("button", name="Order number: 4173, change")).to_be_visible()
    admin.post(f"/api/contacts/{conversation['contact']['id']}/notes", {"text": "Always in a hurry"})
    expect(panel.get_by_role("region", name="History")).to_contain_text("Always in a hurry")
    assert looked_at(desk.page, "panel") == []


def test_fields_are_made_in_the_settings_by_keys(page: Page, admin: Person) -> None:
    name = f"Glaze {secrets.token_hex(2)}"
    page.goto("/settings/fields")
    page.get_by_role("button", name="New field for contacts").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    keys = page.keyboard
    keys.type(name)
    dialog.get_by_role("combobox", name="Type").press("Enter")
    page.get_by_role("option", name="One of a list").click()
    for option in ("Matt", "Shiny"):
        dialog.get_by_role("button", name="Add option").press("Enter")
        keys.type(option)
    assert looked_at(page, "dialog") == []
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog).to_have_count(0)
    row = page.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text("Matt, Shiny")
    assert looked_at(page, "settings") == []
    row.get_by_role("button", name=re.compile("^Delete")).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(row).to_have_count(0)


def test_contacts_in_a_hand(new_context: ContextMaker, admin: Person, provider: Provider) -> None:
    mark = secrets.token_hex(3)
    provider.customer(f"Maximiliane von Hohenstein {mark}").says("Guten Tag")
    eventually(lambda: admin.get(f"/api/contacts?search={mark}")["items"])
    page = new_context(admin, **PHONE).new_page()
    page.goto("/contacts")
    expect(page.get_by_role("link", name=mark)).to_be_visible()
    found = looked_at(page, "phone-list")
    page.get_by_role("link", name=mark).click()
    expect(page.get_by_role("heading", name=mark)).to_be_visible()
    expect(page.get_by_role("region", name="History")).to_contain_text("Guten Tag")
    found += looked_at(page, "phone-page")
    assert found == []


def test_a_contact_is_blocked_at_the_provider_too_and_warned_about(
    desk: Desk, provider: Provider, admin: Person
) -> None:
    customer = provider.customer(f"Pest {secrets.token_hex(2)}")
    customer.says("You again")
    desk.enter(customer)
    page = desk.page
    page.get_by_role("button", name="Close", exact=True).click()
    contact_id = admin.conversation_of(customer)["contact"]["id"]
    admin.patch(f"/api/contacts/{contact_id}", {"is_opted_out": True, "is_muted": True})
    panel = page.get_by_role("complementary", name="Contact")
    expect(panel).to_contain_text("Opted out, noted by one of you")
    expect(panel).to_contain_text("Muted")
    # At night a second note says how late it is where they are.
    expect(page.get_by_role("note").filter(has_text="asked not to be written to")).to_be_visible()
    desk.answer(customer, "You asked, so we answer.")
    assert looked_at(page, "opted-out") == []
    panel.get_by_role("button", name="More for this contact").press("Enter")
    page.get_by_role("menuitem", name="Block").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Block").press("Enter")
    expect(panel).to_contain_text("Blocked since")
    expect(page.get_by_text("You have blocked Pest.")).to_be_visible()

    def is_shown(words: str) -> bool:
        """Whether what they write reaches us: the provider drops what a blocked person sends."""
        customer.says(words)
        page.wait_for_timeout(500)
        conversation = admin.get(f"/api/contacts/{contact_id}")["conversations"][0]
        messages = admin.get(f"/api/conversations/{conversation['id']}/messages")["items"]
        return any(words in str(one["content"]) for one in messages)

    eventually(lambda: not is_shown(f"Hello? {secrets.token_hex(4)}"))
    panel.get_by_role("button", name="More for this contact").press("Enter")
    page.get_by_role("menuitem", name="Unblock").press("Enter")
    expect(panel).not_to_contain_text("Blocked since")
    eventually(lambda: is_shown(f"Thank you {secrets.token_hex(4)}!"))


def test_two_contacts_are_merged_and_are_two_again_by_keys(page: Page, admin: Person) -> None:
    mark = secrets.token_hex(3)
    ana, ann = [admin.post("/api/contacts", {"name": f"{name} {mark}"})["id"] for name in ("Ana", "Ann")]
    admin.post(f"/api/contacts/{ann}/notes", {"text": "Likes blue"})
    page.goto(f"/contacts/{ana}")
    page.get_by_role("button", name="More for this contact").press("Enter")
    page.get_by_role("menuitem", name="Merge with another contact").press("Enter")
    keys = page.keyboard
    expect(page.get_by_role("combobox", name="Search contacts")).to_be_focused()
    keys.type(f"ann {mark}")
    expect(page.get_by_role("option", name=f"Ann {mark}")).to_be_visible()
    keys.press("Enter")
    assert looked_at(page, "merge") == []
    keys.press("Enter")
    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text("Likes blue")
    expect(history).to_contain_text(f"Merged with Ann {mark}")
    page.goto(f"/contacts/{ann}")
    expect(page).to_have_url(re.compile(f"/contacts/{ana}$"))
    history.get_by_role("button", name="Undo").press("Enter")
    expect(history).not_to_contain_text("Likes blue")
    page.goto(f"/contacts/{ann}")
    expect(history).to_contain_text("Likes blue")


def test_a_conversation_is_moved_to_whom_it_belongs(desk: Desk, provider: Provider, admin: Person) -> None:
    mark = secrets.token_hex(3)
    customer = provider.customer(f"Shared phone {mark}")
    customer.says("It is me, Tess")
    admin.post("/api/contacts", {"name": f"Tess {mark}"})
    desk.enter(customer)
    page = desk.page
    page.get_by_role("button", name="Close", exact=True).click()
    panel = page.get_by_role("complementary", name="Contact")
    panel.get_by_role("button", name="More for this contact").press("Enter")
    page.get_by_role("menuitem", name="This is somebody else").press("Enter")
    expect(page.get_by_role("combobox", name="Search contacts")).to_be_focused()
    page.keyboard.type(f"tess {mark}")
    expect(page.get_by_role("option", name=f"Tess {mark}")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(desk.row_named(f"Tess {mark}")).to_be_visible()
    expect(desk.thread).to_contain_text(f"moved this from {customer.name} to Tess {mark}")
    expect(panel.get_by_role("region", name="History")).to_contain_text(f"came from {customer.name}")


def test_a_table_is_read_in_though_its_page_is_closed(page: Page, admin: Person) -> None:
    mark = secrets.token_hex(3)
    lines = ["name,phone,company", *(f"Guest {number} {mark},,Fair {mark}" for number in range(230))]
    page.goto("/contacts")
    page.get_by_role("button", name="More", exact=True).press("Enter")
    page.get_by_role("menuitem", name="Import contacts").press("Enter")
    dialog = page.get_by_role("dialog")
    file = {"name": f"{mark}.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    dialog.get_by_label("CSV file").set_input_files([file])  # type: ignore[list-item]
    expect(dialog.get_by_role("combobox", name="What company means")).to_contain_text("Company")
    with page.expect_response(lambda answer: answer.url.endswith("/start")):
        dialog.get_by_role("button", name="Import", exact=True).press("Enter")
    page.goto("/inbox")  # nothing of the page is left that could read it in
    batch = eventually(
        lambda: [
            one
            for one in admin.get("/api/contact-batches")["items"]
            if one["name"] == f"{mark}.csv" and one["finished_at"]
        ]
    )[0]
    assert (batch["done"], batch["created_count"], batch["failed"]) == (230, 230, 0)
    page.goto("/contacts")
    page.get_by_role("button", name="More", exact=True).press("Enter")
    page.get_by_role("menuitem", name="Import contacts").press("Enter")
    lately = dialog.get_by_role("region", name="Read in lately")
    line = lately.get_by_role("listitem").filter(has_text=f"{mark}.csv")
    expect(line).to_contain_text("230 rows: 230 new contacts, 0 changed, 0 failed.")
    assert looked_at(page, "import-lately") == []
    line.get_by_role("button", name="Undo").press("Enter")
    expect(line).to_contain_text("undone")
    assert admin.get(f"/api/contacts?search={mark}")["items"] == []


def test_a_table_is_read_in_edited_and_undone(page: Page, admin: Person, fields: dict[str, Any]) -> None:
    mark = secrets.token_hex(3)
    lines = ["Full name,Telefon,tier,Shoe", f"Ida {mark},+44 7700 900801,Gold,38", f"Uwe {mark},12,Silver,44",
             f"Ole {mark},07700 900803,silver,40"]  # fmt: skip
    page.goto("/contacts")
    page.get_by_role("button", name="More", exact=True).press("Enter")
    page.get_by_role("menuitem", name="Import contacts").press("Enter")
    dialog = page.get_by_role("dialog")
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    dialog.get_by_label("CSV file").set_input_files([file])  # type: ignore[list-item]
    expect(dialog.get_by_role("combobox", name="What tier means")).to_contain_text("Tier")
    dialog.get_by_role("textbox", name="Country of numbers").fill("gb")
    dialog.get_by_role("button", name="Try it").press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("Tried, nothing kept: 2 new")
    expect(dialog).to_contain_text("Line 3: Please enter the number with its country")
    assert looked_at(page, "import") == []
    dialog.get_by_role("button", name="Import", exact=True).press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("3 rows: 2 new contacts, 0 changed, 1 failed.")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save the failed rows").press("Enter")
    assert f"Uwe {mark}" in download.value.path().read_text()
    dialog.get_by_role("button", name="Close").last.press("Enter")

    page.get_by_role("searchbox").fill(mark)
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("checkbox", name="Choose all shown").check()
    page.get_by_role("toolbar", name="Edit several").get_by_role("button", name="VIP", exact=True).press("Enter")
    expect(page.get_by_role("img", name="VIP")).to_have_count(2)
    assert looked_at(page, "bulk") == []
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("img", name="VIP")).to_have_count(0)
    page.get_by_role("toolbar", name="Edit several").get_by_role("button", name="Fill in").press("Enter")
    page.get_by_role("menuitem", name="Gold").press("Enter")
    tier = fields["Tier"]
    people = f"/api/contacts?search={mark}"
    eventually(
        lambda: {one["fields"].get(tier["id"]) for one in admin.get(people)["items"]} == {tier["options"][0]["id"]}
    )
    page.get_by_role("button", name="Undo").last.press("Enter")
    eventually(lambda: len({one["fields"].get(tier["id"]) for one in admin.get(people)["items"]}) == 2)
    page.get_by_role("button", name="Choose none").press("Enter")

    page.get_by_role("button", name="Filter contacts").press("Enter")
    dialog.get_by_role("button", name="Add a condition").or_(dialog.get_by_role("button", name="Add condition")).press(
        "Enter"
    )
    assert looked_at(page, "filter") == []
    page.keyboard.press("Escape")
    batch = next(one for one in admin.get("/api/contact-batches")["items"] if one["total"] == 3)
    admin.post(f"/api/contact-batches/{batch['id']}/undo", None)
    eventually(lambda: admin.get(f"/api/contact-batches/{batch['id']}")["undone_at"])
    page.reload()
    page.get_by_role("searchbox").fill(mark)
    expect(page.get_by_text("Nobody found")).to_be_visible()


def test_many_are_let_write_to_and_blocked_by_a_worker_and_given_back(
    page: Page, admin: Person, provider: Provider
) -> None:
    mark = secrets.token_hex(3)
    customers = [provider.customer(f"{name} {mark}") for name in ("Alva", "Bruno", "Cyra")]
    for customer in customers:
        customer.says("Is anybody there?")
    found = f"/api/contacts?search={mark}"
    ids = [one["id"] for one in eventually(lambda: len(admin.get(found)["items"]) == 3 and admin.get(found)["items"])]
    customers[1].says("STOP")
    eventually(lambda: admin.get(f"/api/contacts/{ids[1]}")["consents"])
    admin.patch(f"/api/contacts/{ids[0]}", {"is_opted_out": True})

    page.goto("/contacts")
    page.get_by_role("searchbox").fill(mark)
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("checkbox", name="Choose all shown").check()
    bar = page.get_by_role("toolbar", name="Edit several")
    bar.get_by_role("button", name="Choose all that match").press("Enter")
    expect(bar.get_by_role("status")).to_have_text("3 chosen")
    page.set_viewport_size(PHONE["viewport"])
    assert looked_at(page, "bulk-phone") == []
    page.set_viewport_size({"width": 1440, "height": 900})
    bar.get_by_role("button", name="More to do").press("Enter")
    page.get_by_role("menuitem", name="May be written to again").press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("May 3 contacts be written to again?")
    assert looked_at(page, "bulk-opt-in") == []
    question.get_by_role("button", name="May be written to again").press("Enter")
    expect(page.get_by_text("1 contact changed. 1 was so already. 1 was left alone.")).to_be_visible()
    page.get_by_role("button", name="Why").press("Enter")
    left = page.get_by_role("dialog", name="Left as they were")
    expect(left).to_contain_text(f"Bruno {mark}")
    expect(left).to_contain_text("said themselves that they want no messages")
    assert looked_at(page, "bulk-left") == []
    page.keyboard.press("Escape")
    assert admin.get(f"/api/contacts/{ids[0]}")["opted_out_at"] is None

    bar.get_by_role("button", name="More to do").press("Enter")
    page.get_by_role("menuitem", name="Block", exact=True).press("Enter")
    with page.expect_response(lambda answer: answer.url.endswith("/api/contacts/edit")):
        page.get_by_role("dialog").get_by_role("button", name="Block").press("Enter")
    page.goto("/inbox")  # nothing of the page is left that could do it
    eventually(lambda: all(admin.get(f"/api/contacts/{one}")["blocked_at"] for one in ids))
    (order, *_) = eventually(lambda: [one for one in admin.get("/api/bulk-changes")["items"] if one["finished_at"]])
    assert (order["subject"], order["changed"]) == ("contacts", 3)
    admin.post(f"/api/bulk-changes/{order['id']}/undo", None)
    eventually(lambda: not any(admin.get(f"/api/contacts/{one}")["blocked_at"] for one in ids))
    chats = [admin.get(f"/api/contacts/{one}")["conversations"][0] for one in ids]
    eventually(lambda: {admin.get(f"/api/conversations/{one['id']}")["state"] for one in chats} == {"open"})


def _column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def test_contacts_stand_on_a_board_and_are_moved_by_keys_and_by_dragging(
    page: Page, admin: Person, new_context: ContextMaker, watch: Watch
) -> None:
    mark = secrets.token_hex(3)
    options = [{"name": "Asked", "colour": "sky"}, {"name": "Buys", "colour": "green"}]
    sale = admin.post("/api/fields", {"owner": "contact", "type": "choice", "name": f"Sale {mark}", "options": options})
    asked, buys = (one["id"] for one in sale["options"])
    nothing = f"Sale {mark}: nothing"
    ids = {
        name: admin.post("/api/contacts", {"name": f"{name} {mark}", "email": f"{name.lower()}@{mark}.example"})["id"]
        for name in ("Ina", "Jan")
    }

    def value_of(name: str) -> Any:
        return admin.get(f"/api/contacts/{ids[name]}")["fields"].get(sale["id"])

    def card(on: Page, column: str, name: str) -> Locator:
        return _column(on, column).get_by_role("option").filter(has_text=f"{name} {mark}")

    page.goto("/contacts")
    page.get_by_role("searchbox").fill(mark)
    page.get_by_role("button", name="Show as a board").click()
    page.get_by_role("combobox", name="Field of the columns").click()
    page.get_by_role("option", name=sale["name"]).click()
    expect(card(page, nothing, "Ina")).to_be_visible()
    expect(_column(page, nothing).locator("header")).to_contain_text("2")

    card(page, nothing, "Ina").click()
    page.get_by_role("listbox", name=nothing).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(card(page, "Asked", "Ina")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("listbox", name="Asked")).to_be_focused()
    expect(_column(page, nothing).locator("header")).to_contain_text("1")
    eventually(lambda: value_of("Ina") == asked)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("z")
    expect(card(page, nothing, "Ina")).to_be_visible()
    eventually(lambda: value_of("Ina") is None)

    card(page, nothing, "Jan").drag_to(page.get_by_role("listbox", name="Buys"))
    expect(card(page, "Buys", "Jan")).to_be_visible()
    eventually(lambda: value_of("Jan") == buys)
    page.mouse.move(5, 5)
    assert looked_at(page, "board") == []
    page.keyboard.press("m")
    choice = page.get_by_role("dialog", name=f"Move Jan {mark} to")
    choice.get_by_role("button", name="Asked").click()
    expect(card(page, "Asked", "Jan")).to_be_visible()
    eventually(lambda: value_of("Jan") == asked)

    # A colleague moves one: it goes there by itself. Undo leaves alone what they changed.
    admin.patch(f"/api/contacts/{ids['Jan']}", {"fields": {sale["id"]: buys}})
    expect(card(page, "Buys", "Jan")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("alert").filter(has_text="Somebody changed this since")).to_be_visible()
    page.get_by_label("Dismiss").first.click()
    assert value_of("Jan") == buys

    # What the server refuses stays where it was.
    watch.refusals += (f"/api/contacts/{ids['Ina']}",)
    page.route(
        f"**/api/contacts/{ids['Ina']}",
        lambda route: (
            route.fulfill(status=422, json={"title": "No.", "status": 422, "code": "invalid"})
            if route.request.method == "PATCH"
            else route.continue_()
        ),
    )
    card(page, nothing, "Ina").drag_to(page.get_by_role("listbox", name="Buys"))
    expect(page.get_by_role("alert").filter(has_text="No.")).to_be_visible()
    expect(card(page, nothing, "Ina")).to_be_visible()
    assert value_of("Ina") is None

    phone = new_context(admin, **PHONE).new_page()
    phone.goto("/contacts")
    phone.get_by_role("searchbox").fill(mark)
    phone.get_by_role("button", name="Show as a board").click()
    phone.get_by_role("combobox", name="Field of the columns").click()
    phone.get_by_role("option", name=sale["name"]).click()
    expect(card(phone, nothing, "Ina")).to_be_visible()
    expect(_column(phone, "Buys")).to_have_count(0)
    assert looked_at(phone, "board-phone") == []
    card(phone, nothing, "Ina").locator("[data-move]").click()
    phone.get_by_role("dialog", name=f"Move Ina {mark} to").get_by_role("button", name="Buys").click()
    expect(card(phone, "Buys", "Ina")).to_be_visible()
    eventually(lambda: value_of("Ina") == buys)
