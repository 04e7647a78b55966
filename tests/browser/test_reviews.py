"""Reviews on screens: a novice's answer goes to a colleague, who changes it and lets it go out; one comes back."""

import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_a_novices_answer_goes_through_a_colleagues_hands(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker
) -> None:
    page = desk.page
    page.goto("/settings/people")
    page.get_by_role("button", name=colleague.name).click()
    dialog = page.get_by_role("dialog", name=colleague.name)
    dialog.get_by_role("checkbox", name="Answers need a review").check()
    page.screenshot(path=RESULTS / "review-settings.png")
    assert problems_of(page) + overflow_of(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)

    customer = provider.customer(f"Rosa {secrets.token_hex(2)}")
    customer.says("When does it arrive?")
    novice = Desk(new_context(colleague).new_page()).open()
    novice.enter(customer)
    desk.open().enter(customer)
    keys = novice.page.keyboard
    box = novice.answer_box(customer)
    box.fill("Tomorow at nine.")
    box.press("Enter")
    asking = novice.page.get_by_role("dialog", name="Ask for a review")
    asking.get_by_label("A word for them (optional)").fill("Is nine right?")
    novice.page.screenshot(path=RESULTS / "review-ask.png")
    assert problems_of(novice.page) + overflow_of(novice.page) == []
    keys.press("Enter")
    waits = novice.page.get_by_role("region", name="Waits for a review: Anybody who may review")
    expect(waits).to_contain_text("Tomorow at nine.")
    expect(box).to_have_value("")

    # The reviewer is called, finds it by its count, and sees it in the conversation.
    card = page.get_by_role("region", name=f"{colleague.name} asks for a review")
    expect(card).to_contain_text("Is nine right?")
    expect(page.get_by_role("link", name="To review")).to_contain_text("1")
    page.screenshot(path=RESULTS / "review-card.png")
    assert problems_of(page) + overflow_of(page) == []
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=RESULTS / "review-card-dark.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=RESULTS / "review-card-phone.png")
    assert overflow_of(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})

    # Back with a word; the novice mends it and asks again.
    card.get_by_role("button", name="Send back").click()
    card.get_by_label(f"A word for {colleague.name}").fill("One r too few.")
    card.get_by_label(f"A word for {colleague.name}").press("Enter")
    expect(card).to_have_count(0)
    back = novice.page.get_by_role("region", name="Your answer came back")
    expect(back).to_contain_text("One r too few.")
    novice.page.screenshot(path=RESULTS / "review-back.png")
    back.get_by_role("button", name="Edit").click()
    back.get_by_role("textbox", name="The answer").fill("Tomorrow at nine.")
    back.get_by_role("button", name="Ask again").click()
    expect(waits).to_contain_text("Tomorrow at nine.")

    # Changed by the reviewer, it goes out as the novice's, with the reviewer named in the thread.
    expect(card).to_contain_text("Tomorrow at nine.")
    card.get_by_role("button", name="Edit").click()
    card.get_by_role("textbox", name="The answer").fill("Tomorrow before ten.")
    card.get_by_role("button", name="Approve and send").click()
    expect(desk.bubble("Tomorrow before ten.")).to_be_visible()
    expect(novice.bubble("Tomorrow before ten.")).to_be_visible()
    expect(novice.thread.get_by_text(f"{admin.name} approved the answer of {colleague.name}")).to_be_visible()
    expect(waits).to_have_count(0)
    expect(card).to_have_count(0)
    expect(desk.has_arrived("Tomorrow before ten.")).to_be_visible()
    page.screenshot(path=RESULTS / "review-sent.png")
