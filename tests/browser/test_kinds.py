"""Every kind of message between customer and agent is shown as what it is, on both sides."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Person
from tests.browser.desk import Desk
from tests.browser.phone import Phone
from tests.browser.provider import Customer, Provider
from tests.browser.watching import Watch
from tests.clamd import MALWARE
from threadline.infra.clock import new_id


@pytest.fixture
def customer(provider: Provider, request: pytest.FixtureRequest) -> Customer:
    """Somebody who has just written."""
    made = provider.customer(f"Lucía {request.node.name.removeprefix('test_')[:30]}")
    made.says("Hola, ¿hacen envíos a Canarias?")
    return made


@pytest.fixture
def phone(desk: Desk, customer: Customer) -> Phone:
    """Their phone beside their conversation."""
    expect(desk.row(customer)).to_be_visible()
    desk.enter(customer)
    return Phone(desk.page).take(customer)


def test_a_photo_is_shown_and_enlarged(desk: Desk, phone: Phone) -> None:
    phone.press("Photo")
    picture = desk.thread.get_by_role("img", name="Photo")
    expect(picture).to_be_visible()
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") == 960
    desk.thread.get_by_role("button", name="Photo, show large").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="Photo")).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_voice_note_plays(desk: Desk, phone: Phone, customer: Customer) -> None:
    phone.press("Voice")
    play = desk.thread.get_by_role("button", name="Play the voice message")
    expect(play).to_be_visible()
    expect(desk.row(customer)).to_contain_text("Voice message")
    expect(desk.thread).to_contain_text("0:02")
    assert _count_heights(desk) > 5, "the waveform is flat"
    play.click()
    expect(desk.thread.get_by_role("button", name="Pause")).to_be_visible()
    expect(play).to_be_visible()  # it has come to its end


def _count_heights(desk: Desk) -> int:
    """How many different heights the bars of the waveform have, once the sound has been decoded."""
    bars = desk.thread.get_by_test_id("waveform").locator("span")
    expect(bars).to_have_count(48)
    heights = 1
    for _ in range(50):
        heights = bars.evaluate_all("(bars) => new Set(bars.map((bar) => bar.style.height)).size")
        if heights > 1:
            break
        desk.page.wait_for_timeout(100)
    return heights


def test_a_sound_on_its_way_is_shown_by_the_rules_of_the_page(desk: Desk, customer: Customer) -> None:
    """Until the server has it, it lies only in this browser: nothing may be fetched from there (the watch looks)."""
    desk.enter(customer)
    frame = bytes.fromhex("fffb9000") + bytes(413)  # MPEG-1 layer 3, 128 kbit/s, 44.1 kHz, silent: 26 ms
    sound = {"name": "bell.mp3", "mimeType": "audio/mpeg", "buffer": frame * 115}
    with desk.page.expect_file_chooser() as chooser:
        desk.page.get_by_role("button", name="Add files").click()
    chooser.value.set_files([sound])  # type: ignore[list-item]
    desk.answer_box(customer).press("Enter")
    expect(desk.thread.get_by_role("button", name="Play")).to_be_visible()
    expect(desk.thread).to_contain_text("0:03")
    expect(
        desk.thread.get_by_role("img", name="Delivered").or_(desk.thread.get_by_role("img", name="Read"))
    ).to_be_visible()


def test_a_place_can_be_copied_and_opened_in_a_map(desk: Desk, phone: Phone) -> None:
    phone.press("Place")
    place = desk.bubble("Dam 1, 1012 JS Amsterdam")
    expect(place.get_by_role("button", name="Copy coordinates")).to_be_visible()
    link = place.get_by_role("link", name="Open in a map")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert "52.3731" in (link.get_attribute("href") or "")


def test_a_contact_card_shows_name_and_number(desk: Desk, phone: Phone) -> None:
    phone.attach("Contact card")
    card = desk.bubble("Ruben Smit")
    expect(card).to_contain_text("+31 6 5550 1290")
    expect(card.get_by_role("button", name="Copy the number")).to_be_visible()


def test_a_document_is_offered_for_download(desk: Desk, phone: Phone) -> None:
    phone.attach("Document")
    link = desk.thread.get_by_role("link", name="Invoice 4187.pdf")
    with desk.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "Invoice 4187.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_the_time_stands_beside_what_leaves_room_for_it(desk: Desk, phone: Phone) -> None:
    """On both screens: a line of its own for four figures made every card and every word of the phone taller."""
    phone.attach("Document")
    link = desk.thread.get_by_role("link", name="Invoice 4187.pdf")
    _expect_in_line(link, desk.bubble("Invoice 4187.pdf"))
    phone.attach("Contact card")
    _expect_in_line(desk.thread.get_by_text("+31 6 5550 1290"), desk.bubble("Ruben Smit"))
    number = phone.chat.get_by_text("+31 6 5550 1290")
    _expect_in_line(number, number.locator("xpath=.."))
    file = phone.chat.get_by_role("link", name="Invoice 4187.pdf")
    _expect_in_line(file, file.locator("xpath=../.."))
    phone.write("¡Hola!")
    words = phone.chat.get_by_text("¡Hola!")
    _expect_in_line(words, words.locator("xpath=.."))


def _expect_in_line(body: Locator, bubble: Locator) -> None:
    """The time is beside the body, not below it."""
    body_box, time_box = body.bounding_box(), bubble.get_by_role("time").last.bounding_box()
    assert body_box is not None
    assert time_box is not None
    assert time_box["y"] < body_box["y"] + body_box["height"]
    assert time_box["x"] >= body_box["x"] + body_box["width"]


def test_a_file_with_malware_is_not_there_and_says_why(desk: Desk, customer: Customer) -> None:
    desk.enter(customer)
    customer.sends_malware("invoice.pdf")
    bubble = desk.bubble("Document: the file carries malware and was not kept")
    expect(bubble).to_be_visible()
    expect(bubble.get_by_role("link")).to_have_count(0)


def test_malware_of_the_agent_is_refused_in_words_and_reaches_nobody(
    desk: Desk, customer: Customer, watch: Watch
) -> None:
    watch.refusals += ("/api/files",)
    desk.enter(customer)
    with desk.page.expect_file_chooser() as chooser:
        desk.page.get_by_role("button", name="Add files").click()
    infected = {"name": "offer.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " + MALWARE}
    chooser.value.set_files([infected])  # type: ignore[list-item]
    desk.answer_box(customer).press("Enter")
    bubble = desk.bubble("offer.pdf")
    expect(bubble).to_contain_text("This file carries malware. It was not kept.")
    bubble.get_by_role("button", name="Discard").click()
    expect(bubble).to_have_count(0)
    assert [one for one in customer.messages() if one["direction"] == "incoming"] == []


def test_what_cannot_be_shown_says_what_it_is(desk: Desk, phone: Phone, customer: Customer) -> None:
    phone.attach("A poll, which the desk cannot show")
    expect(desk.bubble("A poll, stored, not shown")).to_be_visible()
    expect(desk.row(customer)).to_contain_text("Message that cannot be shown")
    expect(desk.page.get_by_text("not supported")).to_have_count(0)  # what the provider wrote to us


def test_reactions_sit_on_their_messages_both_ways(desk: Desk, phone: Phone, customer: Customer) -> None:
    desk.answer(customer, "Sí, en cuatro días.")
    expect(phone.chat).to_contain_text("Sí, en cuatro días.")
    phone.react("🙏")
    expect(
        desk.bubble("Sí, en cuatro días.").get_by_role("img", name=f"{customer.name} reacted with 🙏")
    ).to_be_visible()

    bubble = desk.bubble("¿hacen envíos a Canarias?")
    bubble.hover()
    bubble.get_by_role("button", name="More for this message").click()
    desk.page.get_by_role("menuitemcheckbox", name="React with 👍").click()
    expect(bubble.get_by_role("img", name="You reacted with 👍")).to_be_visible()
    expect(phone.chat).to_contain_text("👍")


def test_quotes_stand_above_the_answer_both_ways(desk: Desk, phone: Phone, customer: Customer) -> None:
    desk.act("¿hacen envíos a Canarias?", "Quote")
    expect(desk.page.get_by_role("button", name="Do not quote")).to_be_visible()
    desk.answer(customer, "Claro que sí.")
    quoting = desk.bubble("Claro que sí.")
    expect(quoting).to_contain_text("Hola, ¿hacen envíos a Canarias?")
    expect(quoting.get_by_role("button", name="Show the quoted message")).to_be_visible()
    expect(phone.chat).to_contain_text("Claro que sí.")

    phone.press("Quote")
    phone.write("¡Qué bien!")
    answer = desk.bubble("¡Qué bien!")
    expect(answer).to_contain_text("You")
    expect(answer).to_contain_text("Claro que sí.")


def test_a_tapped_button_is_shown_as_a_choice(desk: Desk, phone: Phone, customer: Customer, admin: Person) -> None:
    _send(
        admin,
        customer,
        {
            "kind": "buttons",
            "text": "Which size?",
            "buttons": [{"id": "s", "title": "Small"}, {"id": "l", "title": "Large"}],
        },
    )
    expect(desk.bubble("Which size?").get_by_role("list", name="Offered to choose")).to_contain_text("Large")
    phone.frame.get_by_role("button", name="Large").click()
    choice = desk.bubble("Chose a button")
    expect(choice).to_contain_text("Large")
    expect(choice).to_contain_text("Which size?")


def test_a_tapped_row_of_a_list_is_shown_as_a_choice(
    desk: Desk, phone: Phone, customer: Customer, admin: Person
) -> None:
    rows = [{"id": "sand", "title": "Sand glaze", "description": "matt"}, {"id": "sea", "title": "Sea glaze"}]
    _send(
        admin,
        customer,
        {
            "kind": "list",
            "text": "Which glaze?",
            "button": "See all",
            "sections": [{"title": "Glazes", "choices": rows}],
        },
    )
    expect(desk.bubble("Which glaze?")).to_contain_text("Sand glaze")
    phone.frame.get_by_role("button", name="See all").click()
    desk.page.get_by_role("menuitem", name="Sea glaze").click()
    expect(desk.bubble("Chose from the list")).to_contain_text("Sea glaze")


def test_files_of_the_agent_reach_the_phone(desk: Desk, phone: Phone, customer: Customer) -> None:
    with desk.page.expect_file_chooser() as chooser:
        desk.page.get_by_role("button", name="Add files").click()
    chooser.value.set_files({"name": "price list.txt", "mimeType": "text/plain", "buffer": b"bowl 24 EUR"})
    expect(desk.page.get_by_role("list", name="Files to send")).to_contain_text("price list.txt")
    desk.page.get_by_role("button", name="Send", exact=True).first.click()
    expect(desk.thread.get_by_role("link", name="price list.txt")).to_be_visible()
    expect(phone.chat.get_by_role("link", name="price list.txt")).to_be_visible()


def test_a_private_note_never_reaches_the_customer(desk: Desk, phone: Phone, customer: Customer) -> None:
    desk.page.get_by_role("group", name="What you write").get_by_role("button", name="Note").click()
    note = desk.page.get_by_role("textbox", name="Private note")
    note.fill("She ordered twice last year.")
    note.press("Control+Enter")
    expect(desk.bubble("She ordered twice last year.")).to_contain_text("Private note")
    desk.page.get_by_role("group", name="What you write").get_by_role("button", name="Reply").click()
    desk.answer(customer, "Gracias por su paciencia.")
    expect(phone.chat).to_contain_text("Gracias por su paciencia.")
    assert all("ordered twice" not in str(message) for message in customer.messages())


def _send(admin: Person, customer: Customer, content: dict[str, object]) -> None:
    """What flows and other programs send; the composer has no form for it."""
    conversation = admin.conversation_of(customer)
    body = {"client_id": str(new_id()), "content": content}
    admin.post(f"/api/conversations/{conversation['id']}/messages", body)


def test_the_contact_panel_tells_the_customers_time(desk: Desk, customer: Customer) -> None:
    """Practice customers have British numbers, and this desk stands in Amsterdam: an hour later."""
    desk.enter(customer)
    desk.page.get_by_role("button", name="Contact").first.click()
    panel = desk.page.get_by_role("complementary", name="Contact")
    there = panel.get_by_title("Guessed from the country of the number")
    expect(there).to_be_visible()
    now = datetime.now(ZoneInfo("Europe/London"))
    possible = {f"{moment:%H:%M}" for moment in (now - timedelta(minutes=1), now, now + timedelta(minutes=1))}
    assert any(time in there.inner_text() for time in possible), (there.inner_text(), possible)
