"""Skills: made in the settings, asked for by a label and beside the thread; whoever has them gets the customer."""

import secrets
from typing import Any

from playwright.sync_api import expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.scene import arrived, eventually


def test_whoever_has_the_skill_is_given_the_customer_and_after_a_while_the_next_best(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, channel: dict[str, Any]
) -> None:
    page, mark = desk.page, secrets.token_hex(2)
    refunds, loans = f"Refunds {mark}", f"Loans {mark}"
    label = admin.post("/api/labels", {"kind": "conversation", "name": f"Money {mark}", "colour": "teal"})
    team = admin.post(
        "/api/teams", {"name": f"Bank {mark}", "colour": "gold", "member_ids": [admin.agent_id, colleague.agent_id]}
    )
    try:
        # Made, given to somebody, and taken back by one press.
        desk.open("/settings/profile")
        page.get_by_role("searchbox", name="Search settings").fill("skills")
        page.get_by_role("link", name="Skills").click()
        for name in (refunds, loans):
            page.get_by_role("button", name="New skill").click()
            page.get_by_role("textbox", name="Name").fill(name)
            page.keyboard.press("Enter")
            expect(page.get_by_role("combobox", name=f"Who has {name}")).to_be_visible()
        people = page.get_by_role("combobox", name=f"Who has {refunds}")
        people.click()
        page.get_by_role("option", name=colleague.name).click()
        page.keyboard.press("Escape")
        expect(people).to_have_text(colleague.name)
        eventually(lambda: _skill(admin, refunds)["agent_ids"] == [colleague.agent_id])
        page.get_by_role("button", name="Undo").first.click()
        eventually(lambda: _skill(admin, refunds)["agent_ids"] == [])
        expect(people).to_have_text("Nobody")
        people.click()
        page.get_by_role("option", name=colleague.name).click()
        page.keyboard.press("Escape")
        eventually(lambda: _skill(admin, refunds)["agent_ids"] == [colleague.agent_id])
        labels = page.get_by_role("combobox", name=f"Labels that ask for {refunds}")
        labels.click()
        page.get_by_role("option", name=label["name"]).click()
        page.keyboard.press("Escape")
        eventually(lambda: _skill(admin, refunds)["label_ids"] == [label["id"]])
        people.scroll_into_view_if_needed()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"skills-settings-{theme}.png")
            assert contrast_problems_of(page) == []
        assert problems_of(page) + overflow_of(page) == []

        # The label asks for refunds: whoever knows gets the customer, though they bear much less.
        admin.patch(
            "/api/routing",
            {"teams": {team["id"]: "balanced"}, "agents": {admin.agent_id: 90, colleague.agent_id: 20}},
        )
        customer = provider.customer(f"Rita {mark}")
        customer.says("I want my money back")
        arrived(admin, customer)
        id = admin.conversation_of(customer)["id"]
        admin.patch(f"/api/conversations/{id}/labels", {"add": [label["id"]]})
        admin.patch(f"/api/conversations/{id}", {"team_id": team["id"]})
        eventually(lambda: admin.conversation_of(customer)["assignee_id"] == colleague.agent_id)

        # Nobody knows about loans: nobody gets them until the minutes are over.
        admin.patch("/api/routing", {"settings": {"skill_wait_min": 1440}})
        other = provider.customer(f"Lou {mark}")
        other.says("Could I have a loan?")
        arrived(admin, other)
        desk.open("/inbox/all").enter(other)
        page.get_by_role("button", name="Close", exact=True).click()  # the practice phone stands in its place
        panel = page.get_by_role("complementary", name="Contact")
        needed = panel.get_by_role("combobox", name="Skills that it needs")
        needed.click()
        page.get_by_role("option", name=loans).click()
        page.keyboard.press("Escape")
        desk.expect_line(f"asked for the skill {loans}")
        other_id = admin.conversation_of(other)["id"]
        eventually(lambda: len(admin.get(f"/api/conversations/{other_id}/skills")["asked_ids"]) == 1)
        admin.patch(f"/api/conversations/{other_id}", {"team_id": team["id"]})
        admin.patch(f"/api/conversations/{other_id}/labels", {"add": [label["id"]]})
        expect(panel).to_contain_text(f"By its labels: {refunds}")
        assert admin.conversation_of(other)["assignee_id"] is None
        admin.patch("/api/routing", {"settings": {"skill_wait_min": 0}})
        desk.expect_line(f"nobody with the skills it needs ({loans}) was free")
        assert admin.conversation_of(other)["assignee_id"] == colleague.agent_id, "they have one of the two"
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"skills-panel-{theme}.png")
            assert contrast_problems_of(page) == []
        assert problems_of(page) + overflow_of(page) == []

        # By a rule, and on a phone.
        page.goto("/settings/rules")
        page.get_by_role("button", name="New rule").first.click()
        page.get_by_role("button", name="Add a step").click()
        page.get_by_role("menuitem", name="Ask for skills").click()
        page.get_by_role("combobox", name="Ask for").last.click()
        page.get_by_role("option", name=refunds).click()
        page.screenshot(path=RESULTS / "skills-rule.png")
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/settings/routing")
        people.scroll_into_view_if_needed()
        page.screenshot(path=RESULTS / "skills-settings-phone.png")
        assert overflow_of(page) == []
        page.get_by_role("button", name=f"Delete {loans}").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("combobox", name=f"Who has {loans}")).to_have_count(0)
    finally:
        admin.patch("/api/routing", {"settings": {"skill_wait_min": 3}})
        admin.patch("/api/routing", {"agents": {admin.agent_id: None, colleague.agent_id: None}})
        for one in admin.get("/api/skills")["items"]:
            admin.delete(f"/api/skills/{one['id']}")
        admin.delete(f"/api/teams/{team['id']}")
        admin.delete(f"/api/labels/{label['id']}")


def _skill(person: Person, name: str) -> dict[str, Any]:
    return next(one for one in person.get("/api/skills")["items"] if one["name"] == name)
