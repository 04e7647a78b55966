"""Side discussions: begun by a key, read by those in it only, with an unread count of their own, on both screens."""

import secrets

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.watching import Watch


def test_a_discussion_from_its_first_note_to_its_end(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker, watch: Watch
) -> None:
    watch.refusals += ("/api/discussions/",)  # to whom it is gone it is not there
    admin.patch(f"/api/agents/{colleague.agent_id}", {"sees": "assigned"})
    customer = provider.customer(f"Pia {secrets.token_hex(2)}")
    customer.says("I want my money back.")
    other = Desk(new_context(colleague).new_page()).open()
    desk.enter(customer)
    page, keys = desk.page, desk.page.keyboard
    page.get_by_role("button", name="Contact", exact=True).focus()

    keys.press("Shift+D")
    dialog = page.get_by_role("dialog", name="Discuss with colleagues")
    dialog.get_by_label("Subject").fill("Refund over 100?")
    dialog.get_by_role("checkbox", name=colleague.name).check()
    dialog.get_by_label("First note").fill("May we give it back?")
    page.screenshot(path=RESULTS / "discussion-start.png")
    assert problems_of(page) + overflow_of(page) == []
    dialog.get_by_label("First note").press("Control+Enter")
    panel = page.get_by_role("complementary", name="Side discussion")
    expect(panel.get_by_text("May we give it back?")).to_be_visible()
    expect(desk.thread.get_by_text(f"{admin.name} began a side discussion")).to_be_attached()

    # The colleague is called to it, sees the conversation as a guest, and finds it in one place.
    bell = other.page.get_by_role("button", name="Notifications")
    expect(other.row(customer)).to_be_visible()
    link = other.page.get_by_role("link", name="Side discussions")
    expect(link).to_contain_text("1")
    link.click()
    row = other.page.get_by_role("link").filter(has_text="Refund over 100?")
    expect(row).to_contain_text("1 unread note")
    other.page.screenshot(path=RESULTS / "discussion-page.png")
    assert problems_of(other.page) + overflow_of(other.page) == []
    expect(bell).to_be_visible()
    row.click()
    theirs = other.page.get_by_role("complementary", name="Side discussion")
    expect(theirs.get_by_text("May we give it back?")).to_be_visible()
    expect(other.bubble("I want my money back.")).to_be_visible()

    box = theirs.get_by_role("textbox", name="Note for this discussion")
    box.fill("@Mil")
    other.page.keyboard.press("Enter")
    expect(box).to_have_value(f"@{admin.name} ")
    box.press_sequentially("yes, up to 200.")
    box.press("Control+Enter")
    expect(box).to_have_value("")
    expect(panel.get_by_text("yes, up to 200.")).to_be_visible()
    page.screenshot(path=RESULTS / "discussion-panel.png")
    assert problems_of(page) + overflow_of(page) == []
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=RESULTS / "discussion-panel-dark.png")
    page.emulate_media(color_scheme="light")
    other.page.set_viewport_size({"width": 390, "height": 844})
    expect(theirs).to_be_visible()
    other.page.screenshot(path=RESULTS / "discussion-panel-phone.png")
    assert overflow_of(other.page) == []
    other.page.set_viewport_size({"width": 1440, "height": 900})

    # Unread is each one's own: what comes while the panel is closed is counted, in the strip and on its own.
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)
    box.fill("One more thing.")
    box.press("Control+Enter")
    strip = page.get_by_role("region", name="Side discussions").first
    expect(strip.get_by_role("button", name="Refund over 100?")).to_contain_text("1 unread note")
    page.screenshot(path=RESULTS / "discussion-strip.png")
    strip.get_by_role("button", name="Refund over 100?").click()
    expect(panel.get_by_text("One more thing.")).to_be_visible()
    expect(strip.get_by_role("button", name="Refund over 100?")).not_to_contain_text("unread")

    # What was said by mistake is taken back; the other sees so at once, and that there was something.
    theirs_note = theirs.get_by_role("article").filter(has_text="One more thing.")
    theirs_note.hover()
    theirs_note.get_by_role("button", name="More for this note").click()
    other.page.get_by_role("menuitem", name="Withdraw the note").click()
    expect(theirs.get_by_role("article", name="Note by You").last).to_contain_text("Note withdrawn")
    note = panel.get_by_role("article", name=f"Note by {colleague.name}").last
    expect(note).to_contain_text("Note withdrawn")
    expect(note).not_to_contain_text("One more thing.")
    page.screenshot(path=RESULTS / "discussion-withdrawn.png")
    assert problems_of(page) + overflow_of(page) == []
    note.get_by_role("button", name="Show").click()  # an admin may see what stood before
    expect(note).to_contain_text("One more thing.")
    mine = panel.get_by_role("article", name="Note by You").first
    mine.hover()
    expect(mine.get_by_role("button", name="More for this note")).to_be_visible()

    # Search finds it, in the palette and among all results, for those in it.
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Commands and search")
    palette.get_by_role("combobox").fill("up to 200")
    expect(palette.get_by_role("option").filter(has_text="Refund over 100?")).to_be_visible()
    page.screenshot(path=RESULTS / "discussion-palette.png")
    keys.press("Escape")
    page.goto("/search?q=refund&among=discussions")
    hit = page.get_by_role("tabpanel").get_by_role("link").filter(has_text="Refund over 100?")
    expect(hit).to_contain_text("In the subject")
    page.screenshot(path=RESULTS / "discussion-search.png")
    assert problems_of(page) + overflow_of(page) == []
    page.get_by_role("searchbox").or_(page.get_by_role("combobox", name="Search")).first.fill("up to 200")
    expect(hit).to_contain_text("yes, up to 200.")
    hit.click()
    expect(panel.get_by_text("yes, up to 200.")).to_be_visible()

    # Whoever is let go loses sight of it, and of the conversation that only it showed.
    panel.get_by_role("button", name="More for this discussion").click()
    page.get_by_role("menuitem", name="Who is in it").click()
    people = page.get_by_role("dialog", name="Who is in it")
    page.screenshot(path=RESULTS / "discussion-people.png")
    people.get_by_role("button", name=f"Let {colleague.name} go").click()
    expect(people.get_by_role("listitem").filter(has_text=colleague.name)).to_have_count(1)  # to be chosen again
    people.get_by_role("button", name="Done").click()
    expect(theirs.get_by_text("This discussion is not there for you")).to_be_visible()
    expect(panel.get_by_text(f"{admin.name} let {colleague.name} go")).to_be_visible()
    panel.get_by_role("button", name="More for this discussion").click()
    page.get_by_role("menuitem", name="Close the discussion").click()
    expect(panel.get_by_text("This discussion is closed.")).to_be_visible()
    expect(strip.get_by_role("button", name="Refund over 100?")).to_have_count(0)
