"""A desk with something on every screen: one conversation with every kind of message, and neighbours in every state."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page

from tests.browser.conftest import Person
from tests.browser.provider import Customer, Provider
from threadline.infra.clock import new_id

_PATIENCE_S = 20.0
CARD = {"name": {"formatted_name": "Ruben Smit", "first_name": "Ruben"}, "phones": [{"phone": "+31 6 5550 1290"}]}
PLACE = {"latitude": 40.42, "longitude": -3.7, "address": "Calle de la Palma 31, Madrid"}
ORDER = {
    "catalog_id": "1",
    "product_items": [{"product_retailer_id": "carafe-sand", "quantity": 1, "item_price": 62, "currency": "EUR"}],
}
NEIGHBOURS = {
    "Дарья Ковалёва": "Здравствуйте! Где мой заказ № 4172?",
    "Sanne de Vries": "Kan ik de kom nog ruilen voor een grotere?",
    "Lucía Fernández": "¿Hacen envíos a Canarias? Quiero cuatro tazas",
    "ليلى حداد": "مرحبا، هل لا تزال الأوعية الزرقاء متوفرة؟",
    "Wiebe Hoekstra": "Goedemorgen, is de workshop van zaterdag al vol?",
    "Марина Белова": "Спасибо!",
}


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


def send(person: Person, customer: Customer, content: dict[str, Any], *, kind: str = "reply", **more: Any) -> Any:
    """What an agent, a flow or a program sends."""
    conversation = person.conversation_of(customer)
    body = {"client_id": str(new_id()), "content": content, "kind": kind, **more}
    return person.post(f"/api/conversations/{conversation['id']}/messages", body)


def eventually(look: Callable[[], Any]) -> Any:
    """What it finds, as soon as it finds something."""
    deadline = time.monotonic() + _PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found


def arrived(person: Person, customer: Customer, count: int = 1) -> None:
    """Until that many messages of the customer stand in the conversation."""

    def look() -> bool:
        listed = person.get("/api/conversations?view=open&order=newest&limit=50")["items"]
        return any(one["contact"]["name"] == customer.name and one["incoming_count"] >= count for one in listed)

    eventually(look)


def shown(customer: Customer, words: str) -> dict[str, Any]:
    """The message with these words, as soon as it is on the customer's phone."""
    return eventually(lambda: next((one for one in customer.messages() if one.get("text") == words), None))


def steady_box(bubble: Locator) -> FloatRect:
    """Where it stands once nothing moves it any more: what is known of the customer comes after their words."""
    boxes: list[FloatRect | None] = [None]

    def has_come_to_rest() -> bool:
        boxes.append(bubble.bounding_box())
        bubble.page.wait_for_timeout(300)
        return boxes[-1] is not None and boxes[-1] == boxes[-2] == bubble.bounding_box()

    eventually(has_come_to_rest)
    box = boxes[-1]
    assert box is not None
    return box


def hum(page: Page) -> None:
    """A microphone for a machine that has none."""
    page.evaluate(
        """() => {
        navigator.mediaDevices.getUserMedia = async () => {
            const context = new AudioContext();
            const tone = context.createOscillator();
            const out = context.createMediaStreamDestination();
            tone.connect(out);
            tone.start();
            return out.stream;
        };
    }"""
    )


def play_every_kind(person: Person, provider: Provider) -> Customer:
    """Hannah's conversation holds every kind of message, in both directions."""
    hannah = provider.customer("Hannah Whitcombe")
    hannah.says("Hi, is the *sand glaze* food safe? See https://ateliernord.example/care")
    arrived(person, hannah)
    send(person, hannah, text("Was the box dented?"))
    asked = shown(hannah, "Was the box dented?")
    hannah.sends_file("image", "carafe.jpg", "image/jpeg", caption="The cup is perfect but the carafe came cracked 😕")
    hannah.says("No, dry and undamaged. Already broken inside", message_id=asked["id"])
    hannah.sends("reaction", message_id=asked["id"], emoji="🙏")
    hannah.sends_file("voice", "voice.ogg", "audio/ogg; codecs=opus")
    hannah.sends("location", location=PLACE)
    hannah.sends("contacts", contacts=[CARD])
    hannah.sends_file("document", "invoice.pdf", "application/pdf")
    hannah.sends_malware("catalogue.pdf")
    hannah.sends("unsupported")
    hannah.sends("order", order=ORDER)
    arrived(person, hannah, 10)
    send(person, hannah, text("@Jonas is there a sand-glaze carafe left from the last firing?"), kind="note")
    buttons = [{"id": "track", "title": "Track it"}, {"id": "talk", "title": "Talk to us"}]
    send(person, hannah, {"kind": "buttons", "text": "Your parcel is on its way", "buttons": buttons})
    offer = shown(hannah, "Your parcel is on its way")
    hannah.sends("button", message_id=offer["id"], reply=buttons[0])
    rows = [{"id": "sand", "title": "Sand glaze", "description": "matt"}, {"id": "sea", "title": "Sea glaze"}]
    sections = [{"title": "Glazes", "choices": rows}]
    send(person, hannah, {"kind": "list", "text": "Which glaze?", "button": "See all", "sections": sections})
    shown(hannah, "Which glaze?")
    hannah.reads()
    values = [{"name": "1", "value": "Hannah"}, {"name": "2", "value": "4187"}]
    send(
        person,
        hannah,
        {"kind": "template", "name": "order_update", "language": "en_US", "body_values": values},
    )
    arrived(person, hannah, 11)
    return hannah


def play_neighbours(person: Person, provider: Provider) -> None:
    """Rows in every state, in several scripts."""
    for name, words in NEIGHBOURS.items():
        provider.customer(name).says(words)
    with provider.clock_moved(hours=-30):
        provider.customer("Marit Haugen").says("Then I come by on Thursday.")
    with provider.clock_moved(hours=-23):
        tomasz = provider.customer("Tomasz Zieliński")
        tomasz.says("Thank you, I will measure the shelf")
    pablo = provider.customer("Pablo Ortega")
    pablo.says("El mensajero pasó ayer")
    arrived(person, pablo)
    provider.post(f"/_control/users/{pablo.key}", {"is_on_whatsapp": False})
    send(person, pablo, text("Lo siento, Pablo."))
    eventually(lambda: person.conversation_of(pablo)["has_failed"])
