"""A colleague who may not see a conversation and is named in a note: the composer asks, and asks them in."""

import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.watching import Watch


def test_a_named_colleague_is_asked_in(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker, watch: Watch
) -> None:
    watch.refusals += ("/messages",)  # the first try is refused: that is the question
    admin.patch(f"/api/agents/{colleague.agent_id}", {"sees": "assigned"})
    customer = provider.customer(f"Noor {secrets.token_hex(2)}")
    customer.says("Is the lamp still there?")
    other = Desk(new_context(colleague).new_page()).open()
    desk.enter(customer)
    expect(other.row(customer)).to_have_count(0)
    page, keys = desk.page, desk.page.keyboard
    page.get_by_role("button", name="Note", exact=True).click()
    box = page.get_by_role("textbox", name="Private note")
    note = f"@{colleague.name} is there one left?"
    box.fill(note)
    keys.press("Control+Enter")
    question = page.get_by_role("alert", name="Somebody may not see this")
    expect(question).to_contain_text(f"{colleague.name} cannot see this conversation. Add them as a participant?")
    expect(box).to_be_focused()
    page.screenshot(path=RESULTS / "guests-question.png")
    assert problems_of(page) + overflow_of(page) == []
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=RESULTS / "guests-question-dark.png")
    page.emulate_media(color_scheme="light")

    # Back into the box, and asked again.
    question.get_by_role("button", name="Edit the note").click()
    expect(box).to_have_value(note)
    expect(question).to_have_count(0)
    box.focus()
    keys.press("Control+Enter")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(question).to_be_visible()
    page.screenshot(path=RESULTS / "guests-question-phone.png")
    assert overflow_of(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    question.get_by_role("button", name="Add and send").click()
    expect(question).to_have_count(0)
    expect(desk.bubble("is there one left?")).to_be_visible()
    expect(desk.thread.get_by_text(f"{admin.name} asked {colleague.name} in")).to_be_visible()

    # The guest sees it in the list at once, as mentioned, and until somebody lets them go.
    expect(other.row(customer)).to_be_visible()
    other.enter(customer)
    expect(other.bubble("is there one left?")).to_be_visible()
    admin.delete(f"/api/conversations/{admin.conversation_of(customer)['id']}/followers/{colleague.agent_id}")
    expect(other.row(customer)).to_have_count(0)
