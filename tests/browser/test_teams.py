"""Teams: made in the settings, given conversations by keys, seen by colleagues at once."""

import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_a_team_is_made_in_the_settings_and_given_a_conversation_by_keys(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker
) -> None:
    page, name = desk.page, f"Workshop {secrets.token_hex(2)}"
    page.goto("/settings/teams")
    page.get_by_role("button", name="New team").click()
    dialog = page.get_by_role("dialog", name="New team")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("checkbox", name=colleague.name).check()
    page.screenshot(path=RESULTS / "teams-dialog.png")
    assert problems_of(page) + overflow_of(page) == []
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text(colleague.name)
    page.screenshot(path=RESULTS / "teams-settings.png")

    customer = provider.customer(f"Yara {secrets.token_hex(2)}")
    customer.says("Is the workshop full?")
    desk.open().enter(customer)
    other = Desk(new_context(colleague).new_page()).open().enter(customer)
    keys = page.keyboard
    page.get_by_role("button", name="Contact", exact=True).focus()
    keys.press("a")
    expect(page.get_by_role("menuitemradio", name=name)).to_be_visible()
    page.screenshot(path=RESULTS / "teams-menu.png")
    assert problems_of(page) == []
    keys.type(name)
    keys.press("Enter")
    expect(page.get_by_role("button", name=f"Team: {name}")).to_be_visible()
    expect(other.page.get_by_role("button", name=f"Team: {name}")).to_be_visible()
    expect(other.thread.get_by_text(f"Mila Brandt moved this to {name}")).to_be_visible()
    page.screenshot(path=RESULTS / "teams-header.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=RESULTS / "teams-header-dark.png")

    (team,) = [one for one in admin.get("/api/teams")["items"] if one["name"] == name]
    admin.delete(f"/api/teams/{team['id']}")
    expect(other.page.get_by_role("button", name=f"Team: {name}")).to_have_count(0)
    expect(other.thread.get_by_text(f"Mila Brandt moved this to {name}")).to_be_visible()
