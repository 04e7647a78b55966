"""Teams: made in the settings, given conversations by keys, seen by colleagues at once."""

import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.scene import arrived


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


def test_each_of_my_teams_has_its_views_and_all_has_what_is_over(desk: Desk, provider: Provider, admin: Person) -> None:
    page, name = desk.page, f"Repairs {secrets.token_hex(2)}"
    me = admin.session["agent"]["id"]
    team = admin.post("/api/teams", {"name": name, "colour": "teal", "member_ids": [me]})
    ours, other = (provider.customer(f"{one} {secrets.token_hex(2)}") for one in ("Ugo", "Vera"))
    try:
        for one in (ours, other):
            one.says("Can you repair it?")
            arrived(admin, one)
        conversation_id = admin.conversation_of(ours)["id"]
        admin.patch(f"/api/conversations/{conversation_id}", {"team_id": team["id"], "priority": 3})
        desk.open("/inbox/open")
        section = page.get_by_role("region", name=name)
        waiting = section.get_by_role("link", name="Waiting")
        expect(waiting).to_contain_text("1")
        waiting.click()
        expect(page.get_by_role("heading", name=f"{name}: Waiting")).to_be_visible()
        expect(desk.row(ours)).to_be_visible()
        expect(desk.row(other)).to_have_count(0)
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"teams-views-{theme}.png")
            assert problems_of(page) + overflow_of(page) == []
        section.get_by_role("button", name=name).click()
        expect(waiting).to_have_count(0)
        section.get_by_role("button", name=name).click()

        desk.open("/inbox/open")
        page.get_by_role("button", name="Next due").click()
        page.get_by_role("menuitemradio", name="Priority").click()
        expect(desk.list.get_by_role("option").first).to_contain_text(ours.name)
        admin.patch(f"/api/conversations/{conversation_id}", {"state": "resolved"})
        expect(desk.row(ours)).to_have_count(0)
        page.get_by_role("navigation", name="Views").get_by_role("link", name="All", exact=True).click()
        expect(desk.row(ours)).to_be_visible()
        expect(desk.row(other)).to_be_visible()
    finally:
        admin.delete(f"/api/teams/{team['id']}")
