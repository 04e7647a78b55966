"""What goes out besides words: a voice note, a place, a card, a file of before, a picture that was cut and covered."""

import base64
import io
import secrets

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually, hum


@pytest.fixture
def context(new_context: ContextMaker, admin: Person) -> BrowserContext:
    """A browser whose microphone hums."""
    return new_context(admin, permissions=["microphone"])


@pytest.fixture
def customer(admin: Person, provider: Provider, desk: Desk) -> Customer:
    made = provider.customer(f"Olu {secrets.token_hex(3)}")
    made.says("Where are you?")
    arrived(admin, made)
    desk.enter(made)
    return made


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []


def test_a_voice_note_goes_out_as_messengers_have_it(desk: Desk, customer: Customer, admin: Person) -> None:
    hum(desk.page)
    desk.page.get_by_role("button", name="Record a voice message").click()
    bar = desk.page.get_by_role("group", name="Recording a voice message")
    expect(bar.get_by_role("timer")).to_have_text("Recording 0:01")
    _picture(desk, "voice")
    bar.get_by_role("button", name="Send").click()
    expect(desk.thread.get_by_role("button", name="Play the voice message")).to_be_visible()
    sent = eventually(lambda: [one for one in customer.messages() if one["kind"] == "voice"])
    assert len(sent) == 1
    file = admin.get("/api/files/recent")["items"][0]
    assert (file["mime"], file["name"]) == ("audio/ogg", "voice.ogg")


def test_a_place_a_card_and_an_emoji(desk: Desk, customer: Customer, admin: Person) -> None:
    more = desk.page.get_by_role("button", name="More to send")
    more.click()
    _picture(desk, "more-to-send")
    desk.page.get_by_role("menuitem", name="Place").click()
    dialog = desk.page.get_by_role("dialog", name="Send a place")
    dialog.get_by_label("Coordinates").fill("High Street")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_contain_text("Enter latitude and longitude")
    dialog.get_by_label("Coordinates").fill("52.3702, 4.8952")
    dialog.get_by_label("Name").fill("Atelier Nord")
    dialog.get_by_role("checkbox", name="Keep it for everybody").check()
    _picture(desk, "place")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_have_count(0)
    eventually(lambda: any(one["kind"] == "location" for one in customer.messages()))
    more.click()
    desk.page.get_by_role("menuitem", name="Place").click()
    dialog.get_by_role("button", name="Atelier Nord").first.click()
    eventually(lambda: sum(one["kind"] == "location" for one in customer.messages()) == 2)
    for place in admin.get("/api/places")["items"]:
        admin.delete(f"/api/places/{place['id']}")

    more.click()
    desk.page.get_by_role("menuitem", name="Contact card").click()
    card = desk.page.get_by_role("dialog", name="Send a contact card")
    card.get_by_label("Name").fill("Jonas Holm")
    card.get_by_label("Phone").fill("+44 20 7946 0000")
    card.get_by_role("button", name="Send").click()
    eventually(lambda: any(one["kind"] == "contacts" for one in customer.messages()))

    box = desk.answer_box(customer)
    box.fill("Thanks")
    desk.page.get_by_role("button", name="Emoji").click()
    _picture(desk, "emoji")
    desk.page.get_by_role("dialog", name="Emoji").get_by_role("button", name="🎉").click()
    expect(box).to_have_value("Thanks🎉")
    expect(box).to_be_focused()
    box.fill("")


def test_a_pasted_picture_is_cut_and_covered_and_sent_again_elsewhere(
    desk: Desk, customer: Customer, admin: Person, provider: Provider
) -> None:
    _paste(desk.answer_box(customer), _stripes())
    desk.page.get_by_role("button", name="Crop or cover parts of bill.png").click()
    dialog = desk.page.get_by_role("dialog", name="Crop or cover")
    selection = dialog.get_by_role("application", name="Selection")
    selection.focus()
    desk.page.keyboard.press("ArrowLeft")
    dialog.get_by_role("button", name="Cover it").click()
    _picture(desk, "cover")
    dialog.get_by_role("button", name="Crop to it").click()
    dialog.get_by_role("button", name="Use this picture").click()
    expect(dialog).to_have_count(0)
    desk.answer_box(customer).press("Enter")
    sent = eventually(lambda: [one for one in customer.messages() if one["kind"] == "image"])
    assert len(sent) == 1
    file = eventually(lambda: admin.get("/api/files/recent")["items"])[0]
    assert (file["width"], file["height"]) == (160, 100)
    image = Image.open(io.BytesIO(admin.http.get(f"/files/{file['id']}").body())).convert("RGB")
    assert image.getcolors(64) is not None, "of the stripes nothing is left but blocks"

    other = provider.customer(f"Ola {secrets.token_hex(3)}")
    other.says("Can I see it too?")
    arrived(admin, other)
    desk.enter(other)
    desk.answer_box(other).focus()
    desk.page.keyboard.press("Control+Shift+U")
    recent = desk.page.get_by_role("dialog", name="My last files")
    expect(recent.get_by_role("button", name="bill.png")).to_be_focused()
    _picture(desk, "recent-files")
    desk.page.keyboard.press("Enter")
    eventually(lambda: any(one["kind"] == "image" for one in other.messages()))


def _stripes() -> bytes:
    """320 × 200, every column of another colour."""
    image = Image.new("RGB", (320, 200))
    image.putdata([(x * 7 % 256, x * 13 % 256, x * 29 % 256) for _ in range(200) for x in range(320)])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _paste(box: Locator, data: bytes) -> None:
    box.evaluate(
        """(box, text) => {
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        const given = new DataTransfer();
        given.items.add(new File([bytes], 'bill.png', {type: 'image/png'}));
        box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: given, bubbles: true, cancelable: true}));
    }""",
        base64.b64encode(data).decode(),
    )


@pytest.fixture(autouse=True)
def _enter_sends(admin: Person) -> None:
    admin.patch("/api/preferences", {"enter_sends": True})


def test_what_is_said_in_a_voice_message_is_written_down_under_it_and_found(
    desk: Desk, customer: Customer, admin: Person, new_context: ContextMaker
) -> None:
    customer.sends_file("voice", "voice.ogg", "audio/ogg")
    arrived(admin, customer, 2)
    other = Desk(new_context(admin).new_page()).open()
    other.enter(customer)
    desk.thread.get_by_role("button", name="Write down what is said").press("Enter")
    field = desk.thread.get_by_role("textbox", name="What is said in this message, in words")
    expect(field).to_be_focused()
    word = f"karaffe{secrets.token_hex(3)}"
    desk.page.keyboard.type(f"Die {word} ist undicht")
    form = desk.thread.get_by_role("form", name="What is said")
    form.get_by_role("combobox", name="Language").click()
    desk.page.get_by_role("option", name="German", exact=True).click()
    _picture(desk, "spoken-editor")
    field.press("Control+Enter")
    expect(form).to_have_count(0)
    text = desk.thread.get_by_text(f"Die {word} ist undicht")
    expect(text).to_have_attribute("lang", "de")
    expect(desk.thread.get_by_role("button", name="Correct")).to_be_focused()
    expect(desk.thread).not_to_contain_text("Write down what is said")
    _picture(desk, "spoken")
    desk.page.emulate_media(color_scheme="dark")
    _picture(desk, "spoken-dark")
    desk.page.emulate_media(color_scheme="light")

    # Another screen hears of it, folded; finding in the thread unfolds it.
    fold = other.thread.get_by_role("button", name="What is said · German")
    expect(fold).to_have_attribute("aria-expanded", "false")
    _is_found(admin, word)
    other.page.keyboard.press("Shift+f")
    other.page.get_by_role("textbox", name="Find in this conversation").fill(word)
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(other.thread.get_by_text(f"Die {word} ist undicht")).to_be_visible()
    other.page.set_viewport_size({"width": 390, "height": 844})
    other.page.reload()
    fold.click()
    expect(other.thread.get_by_text(f"Die {word} ist undicht")).to_be_visible()
    expect(other.page.get_by_role("button", name="To the end")).to_have_count(0)
    _picture(other, "spoken-phone")

    desk.thread.get_by_role("button", name="Correct").click()
    expect(field).to_have_value(f"Die {word} ist undicht")
    field.press("Escape")
    expect(text).to_be_visible()
    desk.thread.get_by_role("button", name="Correct").click()
    form.get_by_role("button", name="Take it away").click()
    expect(text).to_have_count(0)
    expect(fold).to_have_count(0)
    expect(desk.thread.get_by_role("button", name="Write down what is said")).to_be_focused()


def _is_found(person: Person, word: str) -> None:
    eventually(lambda: person.get(f"/api/search?q={word}&among=messages")["messages"]["items"])
