"""Among colleagues: priority, following, pins, handing over with a note, unread again – by keys, on both screens."""

import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_colleagues_share_a_conversation_by_keys(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker
) -> None:
    page, keys = desk.page, desk.page.keyboard
    first, second = [provider.customer(f"{name} {secrets.token_hex(2)}") for name in ("Femke", "Gert")]
    for customer in (first, second):
        customer.says("Can you send the blue one?")
        expect(desk.row(customer)).to_be_visible()
    other = Desk(new_context(colleague).new_page()).open()
    desk.enter(second)
    page.get_by_role("button", name="Contact", exact=True).focus()

    keys.press("p")
    expect(page.get_by_role("dialog", name="Priority")).to_be_visible()
    page.screenshot(path=RESULTS / "together-priority.png")
    keys.press("3")
    expect(other.row(second).get_by_role("img", name="Priority: urgent")).to_be_visible()
    expect(desk.thread.get_by_text("Mila Brandt set the priority to urgent")).to_be_visible()

    # What is shared says that somebody waits; unread is said of what one follows or answers.
    expect(other.row(second).get_by_role("img", name="Waits")).to_be_visible()
    expect(other.row(second).get_by_text("1 unread")).to_have_count(0)
    page.get_by_role("button", name="Contact", exact=True).focus()
    keys.press("Shift+I")
    dialog = page.get_by_role("dialog", name="Who takes part")
    dialog.get_by_role("checkbox", name=colleague.name).check()
    page.screenshot(path=RESULTS / "together-people.png")
    dialog.get_by_role("button", name="Done").click()
    expect(other.row(second).get_by_text("1 unread")).to_be_attached()
    other.page.get_by_role("link", name="Followed").click()
    expect(other.row(second)).to_be_visible()
    expect(other.row(first)).to_have_count(0)

    keys.press("Shift+P")
    expect(desk.list.get_by_role("option").first).to_contain_text(second.name)
    expect(desk.row(second).get_by_role("img", name="Pinned")).to_be_visible()

    page.get_by_role("button", name="More", exact=True).click()
    page.screenshot(path=RESULTS / "together-menu.png")
    assert problems_of(page) == []
    keys.press("Escape")
    keys.press("Shift+A")
    dialog = page.get_by_role("dialog", name="Hand over with a note")
    expect(dialog).to_be_visible()
    keys.type(colleague.name.split()[1])
    dialog.get_by_label("Note for them").fill("She wants the blue one, we have it.")
    page.screenshot(path=RESULTS / "together-hand-over.png")
    assert problems_of(page) + overflow_of(page) == []
    keys.press("Control+Enter")
    expect(page.get_by_text(f"Handed over to {colleague.name}")).to_be_visible()
    expect(desk.answer_box(first)).to_be_in_viewport()  # on to who waits next
    other.enter(second)
    expect(other.bubble("She wants the blue one, we have it.")).to_be_visible()
    expect(other.thread.get_by_text(f"Mila Brandt assigned this to {colleague.name}")).to_be_visible()

    # Unread again, and it stays so while it is open.
    expect(other.row(second).get_by_text("1 unread")).to_have_count(0)
    other.page.get_by_role("button", name="Contact", exact=True).focus()
    other.page.keyboard.press("Shift+U")
    expect(other.row(second).get_by_text("1 unread")).to_be_attached()
    other.page.screenshot(path=RESULTS / "together-unread.png")
    other.page.wait_for_timeout(500)
    expect(other.row(second).get_by_text("1 unread")).to_be_attached()
    admin.delete(f"/api/conversations/{admin.conversation_of(second)['id']}/pin")
