"""What the server says is read in the reader's own language: refusals, failures, and the words of the connect form."""

from playwright.sync_api import expect

from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.provider import Provider


def test_the_connect_form_and_its_checks_speak_german(new_context: ContextMaker, admin: Person) -> None:
    page = new_context(admin, locale="de-DE").new_page()
    page.goto("/settings/channels/connect/whatsapp?locale=de")
    token = page.get_by_label("Zugriffstoken")
    expect(token).to_be_visible()
    expect(page.get_by_text("Geben Sie das Zugriffstoken ein.").first).to_be_visible()
    expect(page.get_by_text("WhatsApp Manager").first).to_be_visible()
    expect(page.get_by_text("Wartet auf ein gültiges Token.").first).to_be_visible()
    for english in ("Waiting for", "Enter the", "Phone number ID", "App secret"):
        expect(page.get_by_text(english)).to_have_count(0)
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / "connect-de.png", full_page=True)


def test_a_failure_of_the_provider_is_read_in_dutch(
    new_context: ContextMaker, admin: Person, provider: Provider
) -> None:
    customer = provider.customer("Wiebe Hoekstra")
    customer.says("Goedemorgen!")
    page = new_context(admin, locale="nl-NL").new_page()
    page.goto("/inbox?locale=nl")
    page.get_by_role("option").filter(has_text="Wiebe Hoekstra").click()
    box = page.get_by_role("textbox", name="Wiebe Hoekstra")
    with provider.send_fault("refuse_500", http_status=400, code=131047, count=1):
        box.fill("De workshop gaat door.")
        box.press("Enter")
        thread = page.get_by_role("log").first
        failed = thread.get_by_role("article").filter(has_text="De workshop gaat door.")
        expect(failed).to_contain_text("De klant schreef meer dan 24 uur geleden.")
    expect(failed).not_to_contain_text("More than 24 hours")
