"""Every limit of the Cloud API: reached is sent, one above is refused or split."""

from uuid import UUID

import msgspec
import pytest

from threadline.channels.registry import channel_type
from threadline.channels.types.whatsapp.limits import split_text
from threadline.core.content import (
    Buttons,
    Choice,
    ChoiceList,
    ChoiceSection,
    ContactCard,
    Contacts,
    Content,
    LinkButton,
    Location,
    Media,
    Native,
    Product,
    Request,
    Template,
    TemplateValue,
    Text,
)
from threadline.core.errors import CannotSend

CHANNEL = channel_type("whatsapp")
FILE = UUID(int=7)


def buttons(
    count: int = 1, *, title: int = 4, id_length: int = 4, text: int = 4, header: int = 0, footer: int = 0
) -> Buttons:
    made = tuple(Choice(id=f"{n}".ljust(id_length, "i"), title=f"{n}".ljust(title, "t")) for n in range(count))
    return Buttons(text="b" * text, buttons=made, header="h" * header, footer="f" * footer)


def rows(
    *counts: int,
    title: int = 4,
    id_length: int = 4,
    description: int = 0,
    section: int = 4,
    button: int = 4,
    text: int = 4,
) -> ChoiceList:
    made = tuple(
        ChoiceSection(
            title="s" * section,
            choices=tuple(
                Choice(id=f"{s}.{n}".ljust(id_length, "i"), title="t" * title, description="d" * description)
                for n in range(count)
            ),
        )
        for s, count in enumerate(counts)
    )
    return ChoiceList(text="b" * text, button="B" * button, sections=made)


def template(**keys: object) -> Template:
    return msgspec.structs.replace(Template(name="hello", language="en"), **keys)


def filled(value: str) -> Template:
    return template(body_values=(TemplateValue(name="1", value=value),))


def coupon(code: str) -> Template:
    return template(button_values=(TemplateValue(name="0", value=code, button="copy_code"),))


def products(count: int, *, text: int = 4, header: int = 4) -> Product:
    ids = tuple(str(n) for n in range(count))
    return Product(catalog_id="c", product_ids=ids, text="b" * text, header="h" * header)


BORDERS: list[tuple[str, Content, Content]] = [
    ("buttons", buttons(3), buttons(4)),
    ("no button", buttons(1), buttons(0)),
    ("button title", buttons(title=20), buttons(title=21)),
    ("button id", buttons(id_length=256), buttons(id_length=257)),
    ("button body", buttons(text=1024), buttons(text=1025)),
    ("empty body", buttons(text=1), buttons(text=0)),
    ("header", buttons(header=60), buttons(header=61)),
    ("footer", buttons(footer=60), buttons(footer=61)),
    ("rows", rows(10), rows(11)),
    ("rows over sections", rows(5, 5), rows(5, 6)),
    ("sections", rows(*[1] * 10), rows(*[1] * 11)),
    ("empty section", rows(1, 1), rows(1, 0)),
    ("no section", rows(1), rows()),
    ("row title", rows(1, title=24), rows(1, title=25)),
    ("row id", rows(1, id_length=200), rows(1, id_length=201)),
    ("row description", rows(1, description=72), rows(1, description=73)),
    ("section title", rows(1, section=24), rows(1, section=25)),
    ("section without title", rows(1, section=0), rows(1, 1, section=0)),
    ("list button", rows(1, button=20), rows(1, button=21)),
    ("list body", rows(1, text=4096), rows(1, text=4097)),
    ("link title", LinkButton(text="b", title="t" * 20, url="https://x.y"), LinkButton(text="b", title="t" * 21, url="https://x.y")),
    ("link", LinkButton(text="b", title="t", url="https://x.y"), LinkButton(text="b", title="t", url="javascript:1")),
    ("request", Request(asks_for="location", text="t" * 1024), Request(asks_for="location", text="t" * 1025)),
    ("products", products(30), products(31)),
    ("heading of products", products(2), products(2, header=0)),
    ("cards", Contacts(cards=(ContactCard(name="A"),) * 257), Contacts(cards=(ContactCard(name="A"),) * 258)),
    ("card name", Contacts(cards=(ContactCard(name="A"),)), Contacts(cards=(ContactCard(name=""),))),
    ("latitude", Location(latitude=90, longitude=-180), Location(latitude=90.1, longitude=0)),
    ("template name", template(name="a" * 512), template(name="a" * 513)),
    ("template letters", template(name="a_1"), template(name="A")),
    ("template language", template(language="de"), template(language="")),
    ("template spaces", filled("a    b"), filled("a     b")),
    ("template value", filled("a"), filled(" ")),
    ("coupon", coupon("c" * 15), coupon("c" * 16)),
    ("native type", Native(type="interactive", json="{}"), Native(type="recipient", json="{}")),
    ("native json", Native(type="contacts", json="[]"), Native(type="interactive", json="{")),
    ("native text", Native(type="interactive", json="{}"), Native(type="interactive", json='"x"')),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fitting", "broken"), BORDERS, ids=[border[0] for border in BORDERS])
def test_limit_holds_at_the_border_and_breaks_one_above(name: str, fitting: Content, broken: Content) -> None:
    assert CHANNEL.fit(fitting) == [fitting]
    with pytest.raises(CannotSend) as refusal:
        CHANNEL.fit(broken)
    assert refusal.value.text.endswith(".")


def test_two_buttons_alike_are_refused() -> None:
    same = Choice(id="1", title="Yes")
    with pytest.raises(CannotSend):
        CHANNEL.fit(Buttons(text="b", buttons=(same, Choice(id="1", title="No"))))
    with pytest.raises(CannotSend):
        CHANNEL.fit(Buttons(text="b", buttons=(same, Choice(id="2", title="Yes"))))


def test_text_of_4096_is_one_message_and_4097_are_two() -> None:
    assert len(CHANNEL.fit(Text(text="a" * 4096))) == 1
    assert [len(part.text) for part in CHANNEL.fit(Text(text="a" * 4097)) if isinstance(part, Text)] == [4096, 1]


def test_caption_of_1024_stays_and_1025_goes_apart() -> None:
    image = Media(media="image", file_id=FILE, caption="c" * 1024)
    assert CHANNEL.fit(image) == [image]
    longer = msgspec.structs.replace(image, caption="c" * 1025)
    assert CHANNEL.fit(longer) == [Media(media="image", file_id=FILE), Text(text="c" * 1025)]


@pytest.mark.parametrize("kind", ["audio", "sticker"])
def test_sounds_and_stickers_carry_no_caption(kind: str) -> None:
    content = msgspec.convert({"kind": "media", "media": kind, "file_id": str(FILE), "caption": "c"}, Content)
    assert CHANNEL.fit(content)[1:] == [Text(text="c")]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two\n\nthree four five", ["one two", "three four five"]),
        ("one two.\nthree four five", ["one two.", "three four five"]),
        ("one two ten. three four", ["one two ten.", "three four"]),
        ("one two three four five", ["one two three", "four five"]),
        ("abcdefghijklmnopqrstuvwxyz", ["abcdefghijklmnop", "qrstuvwxyz"]),
        ("一二三四五六七八九。十一二三四五六七八", ["一二三四五六七八九。", "十一二三四五六七八"]),
    ],
    ids=["paragraph", "line", "sentence", "word", "nowhere", "chinese"],
)
def test_text_is_cut_at_the_best_border(text: str, pieces: list[str]) -> None:
    assert split_text(text, 16) == pieces


def test_every_kind_that_the_manifest_names_has_a_case() -> None:
    named = {type(content).__struct_config__.tag for _, content, _ in BORDERS}
    assert CHANNEL.manifest.capabilities.content_kinds - named == {"text", "media"}
