"""Who writes what, and when: 300 conversations of a small shop for ceramics. Pure, and the same every time."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from threadline.core.field import FieldOwner, FieldType
from threadline.core.label import LabelColour
from threadline.core.stage import StageState
from threadline.core.team import TeamColour

CONVERSATIONS: Final = 300
LIVE: Final = 36
"""Of the last hours; the others ended over the weeks before."""
_DAYS: Final = 42
_SEED: Final = 20261126

By = Literal["customer", "us", "note"]
State = Literal["waiting", "answered", "snoozed", "resolved"]

COLLEAGUES: Final = ("Jonas Lindqvist", "Ana Reyes", "Femke de Boer", "Марк Соколов")
SUPERVISOR: Final = 1
"""Of the colleagues: whoever asks for a review needs somebody who may."""
TEAMS: Final[tuple[tuple[str, TeamColour, tuple[int, ...]], ...]] = (
    ("Shop", "blue", (0, 1, 2)),
    ("Workshop", "purple", (2, 3)),
)
"""(name, colour, its members by their place in COLLEAGUES)."""
_SHOP, _WORKSHOP = 0, 1
_OF_WORKSHOP: Final = 4
"""The label whose conversations are the workshop's."""
STAGES: Final[tuple[tuple[str, StageState, bool], ...]] = (
    ("Waiting for the courier", "open", True),
    ("In the kiln", "open", False),
)
"""(name, state, whether the clock stands still in it)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field of one's own. `options` of a choice: (name, colour)."""

    owner: FieldOwner
    type: FieldType
    name: str
    options: tuple[tuple[str, LabelColour], ...] = ()


FIELDS: Final = (
    Wanted("conversation", FieldType.TEXT, "Order number"),
    Wanted(
        "conversation",
        FieldType.CHOICE,
        "Sale",
        (("Asked", "grey"), ("Offered", "yellow"), ("Ordered", "blue"), ("Paid", "green")),
    ),
    Wanted(
        "contact",
        FieldType.CHOICE,
        "Favourite glaze",
        (("Blue", "blue"), ("Sand", "yellow"), ("Moss", "green"), ("Rust", "orange")),
    ),
    Wanted("contact", FieldType.DATE, "Birthday"),
)
_ORDER_NUMBER, _SALE, _GLAZE, _BIRTHDAY = range(len(FIELDS))
CONVERSATION_LABELS: Final[tuple[tuple[str, LabelColour], ...]] = (
    ("Order", "blue"),
    ("Delivery", "teal"),
    ("Return", "orange"),
    ("Complaint", "red"),
    ("Workshop", "purple"),
    ("Wholesale", "green"),
)
CONTACT_LABELS: Final[tuple[tuple[str, LabelColour], ...]] = (
    ("Regular", "green"),
    ("Press", "purple"),
    ("Café or restaurant", "yellow"),
)
COMPANIES: Final = (
    ("Café Lindenhof", "lindenhof.example", "Forty cups twice a year, in sand. Pays by invoice, thirty days.", 0),
    ("Harbour Coffee Roasters", "harbour-roasters.example", "Wants their mark under the glaze.", 1),
    ("Bistro Amarelo", "amarelo.example", "Deliver before ten, the kitchen closes the yard.", 2),
    ("Slow Plates Catering", "slowplates.example", "", 3),
    ("Clay & Craft Magazine", "clayandcraft.example", "Writes about us in spring; ask before pictures are used.", 0),
)
"""(name, mail domain, notes, who cares for it by their place in COLLEAGUES)."""
_PRESS: Final = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """`team` by its place in TEAMS, `pictures` by their numbers; `others`: (language, text)."""

    title: str
    shortcut: str
    text: str
    others: tuple[tuple[str, str], ...] = ()
    team: int | None = None
    pictures: tuple[int, ...] = ()


SAVED_REPLIES: Final = (
    Reply(
        "Hours",
        "hours",
        "We are open Tuesday to Saturday, 10:00 to 18:00, {{contact.first_name}}.",
        (
            ("de", "Wir haben Dienstag bis Samstag von 10 bis 18 Uhr geöffnet, {{contact.first_name}}."),
            ("es", "Abrimos de martes a sábado, de 10:00 a 18:00, {{contact.first_name}}."),
            ("nl", "We zijn open van dinsdag tot zaterdag, 10:00 tot 18:00, {{contact.first_name}}."),
        ),
    ),
    Reply(
        "Return",
        "return",
        'Of course, {{contact.first_name|default:"gladly"}}. Send it back within 30 days, we pay.',
        (
            (
                "de",
                "Natürlich, {{contact.first_name}}. Senden Sie es innerhalb von 30 Tagen zurück, das Porto zahlen wir.",
            ),
        ),
    ),
    Reply("Thanks", "thanks", "Thank you, and enjoy it! {{agent.first_name}}, {{workspace.name}}"),
    Reply(
        "Our glazes",
        "glazes",
        "These are our glazes, {{contact.first_name}}. Which one do you like?",
        pictures=(0, 1, 2),
    ),
    Reply("Damaged", "damaged", "I am sorry! A new one goes out today, and you keep the old one.", team=_SHOP),
    Reply(
        "Course",
        "course",
        "{{contact.greeting}}! The course is on Saturday from 11:00 to 15:00, clay and aprons are there. Like this:",
        team=_WORKSHOP,
        pictures=(4,),
    ),
)


@dataclass(frozen=True, slots=True)
class Habit:
    """A pattern of tasks."""

    title: str
    due_in: timedelta
    steps: tuple[str, ...]
    is_call_back: bool = False


HABITS: Final = (
    Habit(
        "Send a new one", timedelta(days=1), ("Take it off the shelf", "Pack it in two boxes", "Tell them the number")
    ),
    Habit("Prepare the course", timedelta(days=2), ("Weigh the clay", "Lay out the aprons", "Write to everybody")),
    Habit("Call back about an offer", timedelta(hours=4), (), is_call_back=True),
)


@dataclass(frozen=True, slots=True)
class Chore:
    """A task beside a conversation. `due_in` below zero: it should have been done by now."""

    title: str
    due_in: timedelta
    is_call_back: bool = False
    steps: tuple[tuple[str, bool], ...] = ()
    """(what, whether it is done)."""


CHORES: Final = {
    0: Chore("Ask the workshop when the kiln is free", timedelta(hours=3)),
    1: Chore("Send the invoice again", timedelta(hours=5)),
    4: Chore("Call back about the delivery", timedelta(hours=1), is_call_back=True),
    7: Chore("Take a picture of the glaze in daylight", timedelta(days=1)),
    8: Chore(
        "Send a new one",
        timedelta(hours=-2),
        steps=(("Take it off the shelf", True), ("Pack it in two boxes", False), ("Tell them the number", False)),
    ),
    12: Chore("Keep two places for Saturday", timedelta(days=2)),
    14: Chore("Call back about forty cups", timedelta(hours=20), is_call_back=True),
    20: Chore("Ask the courier where it is", timedelta(hours=-1)),
}
"""What is left to do, by the place among the live ones."""


@dataclass(frozen=True, slots=True)
class Said:
    """`picture` and `voice`: what is sent instead of words; `text` is then the caption."""

    by: By
    text: str
    after: timedelta
    picture: int | None = None
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    number: int
    name: str
    phone: str
    begins_at: datetime
    said: tuple[Said, ...]
    state: State
    colleague: int | None
    """Who answers, by their place in COLLEAGUES; None: nobody has it yet."""
    labels: tuple[int, ...] = ()
    contact_labels: tuple[int, ...] = ()
    company: int | None = None
    """Whose they are, by its place in COMPANIES."""
    is_for_admin: bool = False
    """Becomes the first admin's, so that *mine* is not empty either."""
    chore: Chore | None = None
    team: int | None = None
    """Whose queue it stands in, by its place in TEAMS."""
    stage: int | None = None
    values: tuple[tuple[int, str], ...] = ()
    """(field by its place in FIELDS, what stands in it: of a choice the name of the option)."""

    def moments(self) -> Iterator[tuple[Said, datetime]]:
        at = self.begins_at
        for said in self.said:
            at += said.after
            yield said, at


# First names and family names by language; which go together is left to chance.
_NAMES: Final = {
    "en": ("Emily Oliver Grace Harry Chloe Amir Ruth Liam Nia Toby", "Carter Shaw Bennett Doyle Marsh Khan Osei Byrne"),
    "de": ("Lena Paul Mia Jan Sophie Emre Clara Tom", "Vogt Schreiber Hartung Petersen Kraus Yıldız Busch"),
    "es": ("Lucía Diego Carmen Pablo Inés Javier Elena", "Romero Navarro Ortiz Vega Molina Soto"),
    "nl": ("Sanne Bram Lotte Daan Ilse Youssef Tess", "Kok Visser Mulder Bakker Amrani Vos"),
    "ru": ("Марина Ольга Анна Вера Нина", "Белова Громова Лебедева Сафина Котова"),
    "sv": ("Elsa Axel Maja Nils Freja Hugo", "Nyström Berg Holm Sandell Ek Dahl"),
    "pt": ("João Beatriz Rafael Marta Tiago Rita", "Pereira Lopes Nunes Figueira Sales"),
}
_WEIGHTS: Final = {"en": 9, "de": 4, "es": 3, "nl": 4, "ru": 2, "sv": 3, "pt": 2}

_COUNTRIES: Final = {
    "en": ("GB", "GB", "GB", "IE", "US"),
    "de": ("DE",),
    "es": ("ES",),
    "nl": ("NL",),
    "ru": ("RU",),
    "sv": ("SE",),
    "pt": ("PT",),
}
"""Where they write from."""
_NUMBERS: Final = {
    # Kept for stories by the regulators: Ofcom, ComReg, the Bundesnetzagentur, PTS, and 555-01xx in North America.
    "GB": ("+447700900{:03d}", 0),
    "IE": ("+3532091{:05d}", 10_000),
    "DE": ("+4917139200{:02d}", 0),
    "SE": ("+4670174{:04d}", 605),
    "US": ("+1415555{:04d}", 100),
    # Nothing is kept there, so of ranges that no telephone company was given.
    "ES": ("+34790000{:03d}", 0),
    "NL": ("+31600000{:03d}", 0),
    "RU": ("+7975000{:04d}", 0),
    "PT": ("+351990000{:03d}", 0),
}
"""Country → (a number that is nobody's, from which on)."""

# (label, lines): "<" the customer, ">" we, "#" a note; "[p2]" a picture, "[v]" a voice note.
_TALKS: Final[dict[str, tuple[tuple[int, str], ...]]] = {
    "en": (
        (0, "< Hi! Is the blue vase still there?|> Yes, three of them.|< Lovely, I take one.|> It is yours, {order}."),
        (1, "< Where is {order}?|> It left yesterday and should reach you tomorrow.|< Perfect, thank you"),
        (2, "< [p0] This arrived chipped, sadly|> I am sorry! A new one goes out today.|# Replacement sent.|< Thanks!"),
        (4, "< Are there places left on Saturday?|> Two. Shall I keep them?|< Yes please, for Emily and me"),
        (
            3,
            "< I have been waiting for a week now.|# Third time: call the courier.|> You are right, I am calling them.",
        ),
        (5, "< We run a café and need forty cups.|> Gladly! Which glaze do you like?|< [p3] Like these"),
        (0, "< [v]|> Thank you for the message. The large bowl is 38 cm wide.|< Great, then that one"),
        (0, "< Do you make plates without a pattern, too?|> We do, in white and in sand."),
    ),
    "de": (
        (0, "< Guten Tag, gibt es die Schale noch in Grün?|> Ja, zwei Stück.|< Dann bitte beide!|> Gern: {order}."),
        (1, "< Wann kommt meine Bestellung {order}?|> Morgen zwischen 10 und 14 Uhr.|< Danke!"),
        (2, "< [p1] Kann ich die Tasse umtauschen?|> Natürlich, innerhalb von 30 Tagen."),
        (4, "< Ist der Kurs am Samstag auch für Anfänger?|> Gerade für die. Schürzen haben wir."),
    ),
    "es": (
        (0, "< Hola, ¿queda el jarrón azul?|> Sí, quedan tres.|< ¡Genial! Me llevo uno.|> Hecho: {order}."),
        (1, "< ¿Cuándo llega {order}?|> Mañana por la mañana.|< Gracias"),
        (2, "< [p2] Llegó con una grieta|> Lo siento mucho, enviamos otro hoy."),
    ),
    "nl": (
        (0, "< Hoi, is de lamp op voorraad?|> Ja, nog vier.|< Top, doe mij er een|> Komt goed: {order}."),
        (1, "< Waar blijft {order}?|> Onderweg, morgen bij u.|< Fijn!"),
        (4, "< Is er zaterdag nog plek?|> Nog twee plaatsen.|< Dan kom ik graag"),
    ),
    "ru": (
        (0, "< Здравствуйте! Синяя ваза ещё есть?|> Да, три штуки.|< Беру одну|> Готово: {order}."),
        (1, "< Когда придёт {order}?|> Завтра до обеда.|< Спасибо!"),
    ),
    "sv": (
        (0, "< Hej! Finns skålen kvar i blått?|> Ja, två stycken.|< Toppen, jag tar en|> Klart: {order}."),
        (4, "< Finns det platser kvar på lördag?|> Ja, två. Ska jag boka?|< Ja tack"),
    ),
    "pt": (
        (0, "< Olá! O vaso azul ainda está disponível?|> Sim, temos três.|< Quero um|> Feito: {order}."),
        (2, "< [p4] Chegou com um lascado|> Sinto muito! Mandamos outro hoje."),
    ),
}


def scenes(now: datetime) -> list[Scene]:
    """All of them, the oldest first. `now` is when the newest customer has just written."""
    chance = random.Random(_SEED)  # noqa: S311 - a script that is the same every time, no secret
    used: Counter[str] = Counter()
    places = [_ended_at(chance, now) for _ in range(CONVERSATIONS - LIVE)]
    ended = [_scene(chance, used, number, at, "resolved") for number, at in enumerate(sorted(places))]
    live = [_scene(chance, used, len(ended) + place, _live_at(now, place), _live_state(place)) for place in range(LIVE)]
    return ended + sorted(live, key=lambda one: one.begins_at)


def live_customers(now: datetime) -> dict[str, str]:
    """Phone → name of those whose last message is hours old: they may be answered."""
    return {scene.phone: scene.name for scene in scenes(now) if scene.state != "resolved"}


def _ended_at(chance: random.Random, now: datetime) -> datetime:
    """On a working day, in working hours, at least a day ago."""
    day = now - timedelta(days=chance.uniform(1.5, _DAYS))
    return day.replace(hour=chance.randrange(8, 18), minute=chance.randrange(60), second=chance.randrange(60))


def _live_at(now: datetime, place: int) -> datetime:
    """From hours ago until just now; the later, the denser."""
    return now - timedelta(minutes=4 + 0.24 * place * place)


def _live_state(place: int) -> State:
    if place % 6 == 5:
        return "snoozed"
    return "waiting" if place % 3 == 0 else "answered"


def _scene(chance: random.Random, used: Counter[str], number: int, at: datetime, state: State) -> Scene:
    language = chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
    label, talk = chance.choice(_TALKS[language])
    said = tuple(_parse(chance, talk.replace("{order}", f"#{4200 + number}")))
    if state == "waiting":
        said = said[: 1 + max((place for place, one in enumerate(said) if one.by == "customer"), default=0)]
        said = said[: _first_waiting(chance, said)]
    if state in ("answered", "snoozed"):
        said = said[: _last_answered(said)]
    is_live = state != "resolved"
    has_owner = not is_live or state != "waiting" or number % 2 == 0
    name = " ".join(chance.choice(names.split()) for names in _NAMES[language])
    colleague = chance.randrange(len(COLLEAGUES)) if has_owner else None
    labels = (label,) if chance.random() < 0.7 else ()
    contact_labels = (chance.randrange(len(CONTACT_LABELS)),) if chance.random() < 0.2 else ()
    return Scene(
        number=number,
        name=name,
        phone=_phone(used, _COUNTRIES[language][number % len(_COUNTRIES[language])]),
        begins_at=at,
        said=said,
        state=state,
        colleague=colleague,
        labels=labels,
        contact_labels=contact_labels,
        company=_company(contact_labels, number),
        is_for_admin=is_live and number % 4 == 0,
        chore=CHORES.get(number - (CONVERSATIONS - LIVE)),
        team=_WORKSHOP if label == _OF_WORKSHOP else _SHOP if number % 5 < 3 else None,
        stage=_STAGED.get(number - (CONVERSATIONS - LIVE)) if state == "answered" else None,
        values=tuple(_values(number, label, said, state)),
    )


def _phone(used: Counter[str], country: str) -> str:
    """The next one of there."""
    form, first = _NUMBERS[country]
    used[country] += 1
    return form.format(first + used[country] - 1)


_STAGED: Final = {1: 1, 2: 0, 8: 0, 10: 1, 14: 0, 19: 1}
"""Stages of some of the live ones, by their places."""
_OF_SALES: Final = frozenset({0, 5})
"""Labels of those who want to buy something."""


def _values(number: int, label: int, said: tuple[Said, ...], state: State) -> Iterator[tuple[int, str]]:
    """Of some more, of some nothing, as it is where people fill them in."""
    order = f"#{4200 + number}"
    is_ordered = any(order in one.text for one in said)
    if is_ordered:
        yield _ORDER_NUMBER, order
    if label in _OF_SALES:
        yield _SALE, ("Paid" if state == "resolved" else "Ordered") if is_ordered else ("Asked", "Offered")[number % 2]
    if number % 3 == 1:
        yield _GLAZE, FIELDS[_GLAZE].options[number % 4][0]
    if number % 5 == 2:
        yield _BIRTHDAY, f"{1955 + number % 50}-{1 + number % 12:02d}-{1 + number % 28:02d}"


@dataclass(frozen=True, slots=True)
class Later:
    """What goes out when its time comes, by the place among the live ones."""

    place: int
    text: str


LATER: Final = (
    Later(1, "Good morning! Your parcel is with the courier now."),
    Later(4, "A short reminder: we keep the two places until noon."),
    Later(7, "Did the glaze turn out as you hoped?"),
)
_OFFICE_HOURS: Final = (9, 11, 14, 16)


def office_hour(now: datetime, turn: int) -> datetime:
    """The next full hours at which somebody would like to be written to, at least one away; `turn` counts them on."""
    at = (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    while turn >= 0:
        at += timedelta(hours=1)
        turn -= at.hour in _OFFICE_HOURS
    return at


def wakes_at(now: datetime, number: int) -> datetime:
    """When a snoozed one comes back: a working hour of one of the next days."""
    morning = (now + timedelta(days=1 + number % 4)).replace(minute=0, second=0, microsecond=0)
    return morning.replace(hour=_OFFICE_HOURS[number % len(_OFFICE_HOURS)])


@dataclass(frozen=True, slots=True)
class Talk:
    """A side discussion beside one of the live ones: (who, by their place in COLLEAGUES; what they say)."""

    place: int
    subject: str
    said: tuple[tuple[int, str], ...]


TALKS: Final = (
    Talk(
        8,
        "Replace it, or give the money back?",
        (
            (0, "The third chipped one from this kiln. Do we send another, or pay them back?"),
            (2, "Another. But let us look at the boxes, it is always the rim."),
            (1, "Agreed, and a small bowl with it. I will talk to the courier."),
        ),
    ),
    Talk(
        14,
        "Forty cups before Christmas",
        ((2, "Can we fire forty more by the tenth?"), (3, "If we begin on Monday. The sand glaze is nearly used up.")),
    ),
)
REVIEW: Final = (
    2,
    3,
    "We do not usually do this, but you may send the cup back after 30 days as well.",
    "Is this all right? It is past our thirty days.",
)
"""(place among the live ones, whose answer it is by their place in COLLEAGUES, the answer, what the author asks)."""


def _company(contact_labels: tuple[int, ...], number: int) -> int | None:
    """Cafés and the press write for somebody."""
    named = {CONTACT_LABELS[label][0] for label in contact_labels}
    if "Press" in named:
        return _PRESS
    return number % _PRESS if "Café or restaurant" in named else None


def _first_waiting(chance: random.Random, said: tuple[Said, ...]) -> int:
    """So many of them that a customer's word is the last."""
    places = [place + 1 for place, one in enumerate(said) if one.by == "customer"]
    return chance.choice(places) if places else len(said)


def _last_answered(said: tuple[Said, ...]) -> int:
    """So many of them that our word is the last; there is one in every talk."""
    return max(place + 1 for place, one in enumerate(said) if one.by == "us")


def _parse(chance: random.Random, talk: str) -> Iterator[Said]:
    by: dict[str, By] = {"<": "customer", ">": "us", "#": "note"}
    for place, line in enumerate(talk.split("|")):
        who, _, text = line.partition(" ")
        after = timedelta() if place == 0 else timedelta(seconds=chance.randrange(20, 240))
        picture, is_voice = None, text.startswith("[v]")
        if text.startswith("[p"):
            picture, text = int(text[2]), text[4:].strip()
        yield Said(by[who], "" if is_voice else text, after, picture, is_voice)
