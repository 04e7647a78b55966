"""Two at one conversation: they see each other look and type, and no answer goes out over another that was not seen."""

import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_two_at_one_conversation_see_each_other_and_do_not_answer_over_each_other(
    desk: Desk, provider: Provider, colleague: Person, new_context: ContextMaker
) -> None:
    customer, next_one = [provider.customer(f"{name} {secrets.token_hex(2)}") for name in ("Hanna", "Ivo")]
    for one in (customer, next_one):
        one.says("Are you open today?")
        expect(desk.row(one)).to_be_visible()
    other = Desk(new_context(colleague).new_page()).open()
    mila, jonas = "Mila Brandt", colleague.name
    desk.enter(customer)
    expect(other.row(customer).get_by_role("img", name=f"{mila} is looking at this")).to_be_visible()
    other.enter(customer)
    header = desk.page.get_by_role("main")
    expect(header.get_by_role("img", name=f"{jonas} is looking at this")).to_be_visible()

    box = desk.answer_box(customer)
    box.press_sequentially("Yes, until")
    expect(other.page.get_by_role("main").get_by_role("img", name=f"{mila} is typing")).to_be_visible()
    expect(other.row(customer).get_by_role("img", name=f"{mila} is typing")).to_be_visible()
    other.page.screenshot(path=RESULTS / "presence.png")

    # What the customer writes meanwhile is counted and takes nothing.
    customer.says("And on Sunday?")
    expect(desk.page.get_by_role("button", name="1 new")).to_be_visible()
    expect(box).to_be_focused()
    box.press_sequentially(" six")
    expect(box).to_have_value("Yes, until six")

    # Jonas answers in the moment in which Mila presses Enter: hers is held once, with its text.
    other.answer(customer, "Until six, and closed on Sunday.")
    expect(desk.bubble("Until six, and closed on Sunday.")).to_be_visible()
    box.press("Enter")
    alert = desk.page.get_by_role("alert").filter(has_text=f"{jonas} answered while you were writing")
    expect(alert).to_be_visible()
    expect(box).to_have_value("Yes, until six")
    expect(box).to_be_focused()
    desk.page.screenshot(path=RESULTS / "collision.png")
    assert problems_of(desk.page) == []
    box.press("Enter")
    expect(desk.bubble("Yes, until six")).to_be_visible()
    expect(alert).to_have_count(0)

    # Seen for a second, a colleague's answer holds nothing up.
    box.press_sequentially("Anyway")
    other.answer(customer, "See you!")
    expect(desk.bubble("See you!")).to_be_visible()
    desk.page.wait_for_timeout(1_500)
    box.press("Enter")
    expect(desk.bubble("Anyway")).to_be_visible()

    # Going on passes over a row in which somebody types.
    other.enter(next_one).answer_box(next_one).press_sequentially("Hi")
    expect(desk.row(next_one).get_by_role("img", name=f"{jonas} is typing")).to_be_visible()
    other.page.close()
    expect(desk.row(next_one).get_by_role("img", name=jonas)).to_have_count(0)
