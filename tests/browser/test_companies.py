"""Companies by keys: made, filled in, given to a contact beside the thread, read as one history, deleted and back."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.provider import Provider
from tests.browser.scene import eventually
from tests.browser.test_contacts import looked_at
from tests.browser.test_screens import PHONE
from tests.browser.watching import Watch


@pytest.fixture(scope="module", autouse=True)
def _tier(admin: Person) -> None:
    options = [{"name": "Key account", "colour": "gold"}, {"name": "Small", "colour": "grey"}]
    admin.post("/api/fields", {"owner": "company", "type": "choice", "name": "Account", "options": options})


def test_a_company_is_made_filled_and_all_its_conversations_are_read_in_one_place(
    page: Page, admin: Person, provider: Provider, new_context: ContextMaker, watch: Watch
) -> None:
    watch.refusals += ("/api/companies",)
    mark = secrets.token_hex(3)
    name = f"Northwind {mark}"
    buyer, clerk = provider.customer(f"Maren {mark}"), provider.customer(f"Otto {mark}")
    buyer.says("We need forty cups by Friday")
    clerk.says("Where shall the invoice go?")
    clerk_id = eventually(lambda: admin.get(f"/api/contacts?search=otto%20{mark}")["items"])[0]["id"]
    eventually(lambda: admin.get(f"/api/contacts?search=maren%20{mark}")["items"])
    keys = page.keyboard
    page.goto("/inbox")
    expect(page.get_by_role("listbox", name="Conversations")).to_be_visible()
    keys.press("g")
    keys.press("o")
    expect(page.get_by_role("heading", name="Companies")).to_be_attached()
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    keys.type(name)
    keys.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    panel = page.get_by_role("region", name="Company", exact=True)
    panel.get_by_role("button", name="Domains: Add").press("Enter")
    keys.type(f"https://www.{mark}.example/shop")
    keys.press("Enter")
    expect(panel.get_by_role("button", name=f"Domains: {mark}.example, change")).to_be_focused()
    panel.get_by_role("button", name="Account: Add").press("Enter")
    page.get_by_role("option", name="Key account").press("Enter")
    expect(panel.get_by_role("button", name="Account: Key account, change")).to_be_visible()
    panel.get_by_role("textbox", name="Notes").fill("Pays by invoice, thirty days")
    keys.press("Control+Enter")
    expect(page.get_by_text("Nobody belongs to it yet.")).to_be_visible()

    page.get_by_role("button", name="Add a member").press("Enter")
    expect(page.get_by_role("combobox", name="Search contacts")).to_be_focused()
    keys.type(buyer.name)
    expect(page.get_by_role("option", name=buyer.name)).to_be_visible()
    keys.press("Enter")
    keys.press("Enter")
    members = page.get_by_role("list", name="Members")
    expect(members.get_by_role("link", name=buyer.name)).to_be_visible()
    # The other one comes by their own page, where the company of their mail domain is suggested.
    admin.patch(f"/api/contacts/{clerk_id}", {"email": f"otto@{mark}.example"})
    page.goto(f"/contacts/{clerk_id}")
    page.get_by_role("button", name="Company: Add").press("Enter")
    suggested = page.get_by_role("option", name=f"{name} Its mail comes from {mark}.example")
    expect(suggested).to_have_attribute("aria-selected", "true")
    page.screenshot(path=RESULTS / "contacts-company-picker.png")
    keys.press("Enter")
    expect(page.get_by_role("button", name=f"Company: {name}, change")).to_be_visible()
    page.get_by_role("link", name=f"Open {name}").click()
    history = page.get_by_role("region", name="All conversations")
    expect(history.get_by_role("link")).to_have_count(2)
    expect(history.get_by_role("link").first).to_contain_text("Where shall the invoice go?")
    buyer.says("And saucers, too")
    expect(history.get_by_role("link").first).to_contain_text("And saucers, too")
    expect(panel.get_by_role("textbox", name="Notes")).to_have_value("Pays by invoice, thirty days")
    assert looked_at(page, "company") == []
    phone = new_context(admin, **PHONE).new_page()
    phone.goto(page.url)
    expect(phone.get_by_role("list", name="Members")).to_be_visible()
    assert looked_at(phone, "company-phone") == []
    phone.goto("/companies")
    expect(phone.get_by_role("link", name=name)).to_be_visible()
    assert looked_at(phone, "companies-phone") == []
    phone.close()

    keys.press("Control+k")
    keys.type(mark[1:5] if not mark[1:5].isdigit() else f"wind {mark}")
    page.get_by_role("option", name=name).first.wait_for()
    keys.press("Escape")
    keys.press("Escape")
    expect(page.get_by_role("heading", name="Companies")).to_be_attached()
    page.get_by_role("searchbox", name="Search companies").fill(f"wind {mark}")
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(f"{mark}.example")
    assert looked_at(page, "companies") == []
    row.get_by_role("link").click()
    page.get_by_role("button", name="More for this company").click()
    page.get_by_role("menuitem", name="Delete the company").click()
    expect(page.get_by_text(f"{name} is deleted; its contacts stay")).to_be_visible()
    keys.press("z")
    expect(page.get_by_role("list", name="Members").get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("region", name="All conversations").get_by_role("link")).to_have_count(2)


def test_contacts_are_given_a_company_together_and_a_segment_asks_for_it(page: Page, admin: Person) -> None:
    mark = secrets.token_hex(3)
    for who in ("Pia", "Quentin", "Rosa"):
        admin.post("/api/contacts", {"name": f"{who} {mark}"})
    page.goto("/contacts")
    search = page.get_by_role("searchbox", name="Search contacts")
    search.fill(mark)
    expect(page.get_by_role("row")).to_have_count(4)
    for who in ("Pia", "Quentin"):
        page.get_by_role("checkbox", name=f"Choose {who} {mark}").check()
    page.get_by_role("button", name="Company", exact=True).click()
    expect(page.get_by_role("combobox", name="Find a company")).to_be_focused()
    page.keyboard.type(f"Volt {mark}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 contacts changed")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=f"Volt {mark}")).to_have_count(2)
    search.fill("")
    page.get_by_role("button", name="Filter contacts").click()
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_role("combobox", name="Field").click()
    page.get_by_role("option", name="Contact: company").click()
    page.get_by_role("dialog").get_by_role("button", name="Choose").click()
    expect(page.get_by_role("combobox", name="Find a company")).to_be_focused()
    page.keyboard.type(f"Volt {mark}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Take Volt {mark} out")).to_be_visible()
    assert problems_of(page) + overflow_of(page) == []
    page.get_by_role("button", name="Show once").click()
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("row").filter(has_text=f"Rosa {mark}")).to_have_count(0)
