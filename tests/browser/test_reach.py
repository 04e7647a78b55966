"""How the desk looks, sounds and reaches one agent."""

from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import ContextMaker, Person


def test_size_theme_and_density_are_there_before_the_first_paint_and_on_every_device(
    new_context: ContextMaker, colleague: Person
) -> None:
    page = new_context(colleague).new_page()
    page.goto("/settings/appearance")
    other = new_context(colleague).new_page()
    other.goto("/inbox")
    expect(other.get_by_role("listbox", name="Conversations")).to_be_visible()
    size = page.get_by_role("slider", name="Text size")
    size.press("End")
    expect(page.get_by_text("18 px")).to_be_visible()
    page.get_by_role("switch", name="Compact lists").click()
    page.get_by_role("combobox", name="Theme").click()
    page.get_by_role("option", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    for one in (page, other):
        expect(one.locator("html[data-density=compact]")).to_have_css("font-size", "20.5714px")
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    assert problems_of(page) == []
    assert overflow_of(page) == []

    # As the page comes from the server, before any script of the app has run.
    other.route("**/assets/index-*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    other.goto("/inbox")
    root = "[document.documentElement.dataset.theme, document.documentElement.style.fontSize]"
    assert other.evaluate(root) == ["dark", "128.571%"]
