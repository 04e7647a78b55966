"""The thread tells what the desk did: who took, gave, resolved and reopened a conversation."""

from playwright.sync_api import expect

from tests.browser.conftest import RESULTS, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_what_agents_and_the_customer_do_stands_in_the_thread(
    desk: Desk, provider: Provider, admin: Person, colleague: Person
) -> None:
    customer = provider.customer("Gesa Lührs")
    customer.says("The carafe came cracked.")
    desk.enter(customer)
    desk.page.get_by_role("button", name="Answered by").click()
    desk.page.get_by_role("menuitemradio", name=colleague.name).click()
    expect(desk.thread.get_by_text(f"Mila Brandt assigned this to {colleague.name}")).to_be_in_viewport()

    colleague.patch(f"/api/conversations/{colleague.conversation_of(customer)['id']}", {"state": "resolved"})
    folded = desk.thread.get_by_role("button", name=f"Mila Brandt assigned this to {colleague.name}, 1 more")
    folded.click()
    expect(desk.thread.get_by_text(f"{colleague.name} resolved this")).to_be_in_viewport()
    expect(desk.row(customer)).to_have_count(0)

    customer.says("One more thing!")
    expect(desk.thread.get_by_text("The customer’s message reopened this")).to_be_attached()
    expect(desk.row(customer)).to_contain_text("One more thing!")
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / "lines.png")
