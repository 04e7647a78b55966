"""Numbers masked from agents: at once, everywhere on their screens, until they look – and then it is known who did."""

import re
import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.scene import arrived

OTHER_NUMBER = "+49 171 1234567"


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def test_numbers_are_masked_from_agents_until_they_look(
    provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker
) -> None:
    customer = provider.customer(f"Sofia {secrets.token_hex(2)}")
    customer.says(f"Reach me at {OTHER_NUMBER}")
    arrived(admin, customer)
    page = new_context(admin).new_page()
    number = _digits(customer.phone)
    whole = re.compile(r"\s?".join(number[-6:]))
    other = Desk(new_context(colleague).new_page()).open()
    other.enter(customer)
    other.page.get_by_role("button", name="Contact", exact=True).click()
    panel = other.page.get_by_role("complementary", name="Contact")
    expect(panel).to_contain_text(whole)
    try:
        page.goto("/settings/privacy")
        expect(
            page.get_by_text("Nobody has looked yet.").or_(page.get_by_role("list", name="Who looked"))
        ).to_be_visible()
        page.get_by_role("combobox", name="Phone and e-mail").first.click()
        page.get_by_role("option", name="Masked, also in messages").click()
        agents = page.get_by_role("figure", name="So it looks").first
        expect(agents).to_contain_text("+44 ••• ••• 18")
        expect(agents).to_contain_text("a•••@e•••.com")
        page.screenshot(path=RESULTS / "privacy.png", full_page=True)
        assert problems_of(page) + overflow_of(page) == []

        # It reaches the open screen by itself, and nothing of the number is left on it.
        expect(panel).to_contain_text(f"••• {number[-2:]}")
        expect(other.bubble("Reach me at")).to_contain_text("+49 ••• ••• 67")
        expect(other.row(customer)).to_contain_text("+49 ••• ••• 67")
        expect(panel.get_by_role("button", name="Show phone and e-mail")).to_have_count(0)
        shown = _digits(other.page.content())
        assert number not in shown
        assert _digits(OTHER_NUMBER) not in shown
        other.page.screenshot(path=RESULTS / "privacy-masked.png")

        page.get_by_role("switch", name="May look at one contact’s, which is recorded").first.click()
        look = panel.get_by_role("button", name="Show phone and e-mail")
        expect(look).to_be_visible()
        assert problems_of(other.page) == []
        look.click()
        expect(panel.get_by_text("Shown once. Your look is recorded.")).to_be_visible()
        expect(panel).to_contain_text(whole)
        other.page.screenshot(path=RESULTS / "privacy-revealed.png")
        other.page.reload()  # once
        expect(look).to_be_visible()
        expect(panel).not_to_contain_text(whole)

        page.reload()
        looks = page.get_by_role("list", name="Who looked")
        expect(looks.get_by_role("listitem").first).to_contain_text(colleague.name)
        expect(looks.get_by_role("listitem").first).to_contain_text(customer.name)
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=RESULTS / "privacy-dark.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        expect(looks).to_be_visible()
        page.screenshot(path=RESULTS / "privacy-phone.png")
        assert problems_of(page) + overflow_of(page) == []
    finally:
        whole = {"masks": "nothing", "may_reveal": False, "sees_earlier": False}
        admin.patch("/api/workspace", {"settings": {"sights": {"agent": whole}}})
