"""How much of everything the Cloud API takes (docs/whatsapp.md §3.2, §3.3), and the fitting of a message to it.

Lengths are counted in Unicode characters. What can be split is split, what cannot is refused with the limit's name.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, assert_never

import msgspec

from threadline.channels.contract import MediaLimit
from threadline.core.content import (
    Buttons,
    Call,
    ChoiceList,
    ChoiceMade,
    Contacts,
    Content,
    FormAnswer,
    Line,
    LinkButton,
    Location,
    Media,
    Native,
    Order,
    Product,
    Request,
    Template,
    TemplateValue,
    Text,
    Unsupported,
)
from threadline.core.errors import CannotSend

TEXT = 4096
CAPTION = 1024
BODY = 1024
LIST_BODY = 4096
HEADER = 60
FOOTER = 60
BUTTONS = 3
BUTTON_TITLE = 20
BUTTON_ID = 256
SECTIONS = 10
ROWS = 10
ROW_ID = 200
ROW_TITLE = 24
ROW_DESCRIPTION = 72
SECTION_TITLE = 24
URL = 2000
PRODUCTS = 30
CARDS = 257
TEMPLATE_NAME = 512
CODE = 15

_MEGABYTE = 1024 * 1024
MEDIA: Final[dict[str, MediaLimit]] = {
    "image": MediaLimit(("image/jpeg", "image/png"), 5 * _MEGABYTE),
    "video": MediaLimit(("video/mp4", "video/3gpp"), 16 * _MEGABYTE),
    "audio": MediaLimit(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MEGABYTE),
    "document": MediaLimit(("*/*",), 100 * _MEGABYTE),
    "sticker": MediaLimit(("image/webp",), 500 * 1024),
}
"""Of documents Meta lists text, PDF and the office formats, and takes other types as well. A sticker that does not move
may have 100 KB only, which a type cannot say: Meta refuses a larger one."""

_TEMPLATE_NAME = re.compile(r"[a-z0-9_]+")
_NATIVE_TYPE = re.compile(r"[a-z][a-z_]{0,39}")
_TEMPLATE_GAP = re.compile(r"[\n\r\t]| {5,}")
_ENVELOPE_KEYS = frozenset({"to", "recipient", "recipient_type", "type", "context", "messaging_product", "status"})


def fit(content: Content) -> list[Content]:
    """One message → the parts that WhatsApp takes. Raises CannotSend with the limit that was broken."""
    match content:
        case Text():
            return _fit_text(content)
        case Media():
            return _fit_media(content)
        case Location():
            _check_location(content)
        case Contacts():
            _check_contacts(content)
        case Buttons():
            _check_buttons(content)
        case ChoiceList():
            _check_list(content)
        case LinkButton():
            _check_link_button(content)
        case Request():
            _check_body(content.text, BODY)
        case Template():
            _check_template(content)
        case Product():
            _check_product(content)
        case Native():
            _check_native(content)
        case ChoiceMade() | Order() | FormAnswer() | Call() | Line() | Unsupported():
            raise CannotSend(
                "This kind of message comes from customers and cannot be sent.", reason="kind_from_customers"
            )
        case _:
            assert_never(content)
    return [content]


# --- Text --------------------------------------------------------------------------------------------------------


def _fit_text(content: Text) -> list[Content]:
    if not content.text.strip():
        raise CannotSend("A message needs some text.", reason="message_empty")
    return [Text(text=piece, has_preview=content.has_preview) for piece in split_text(content.text, TEXT)]


def _fit_media(content: Media) -> list[Content]:
    """A caption that is too long, or that the kind cannot carry, follows as a text of its own."""
    can_carry = content.media in ("image", "video", "document")
    if not content.caption or (can_carry and len(content.caption) <= CAPTION):
        return [content]
    if not content.caption.strip():
        return [msgspec.structs.replace(content, caption="")]
    return [msgspec.structs.replace(content, caption=""), *_fit_text(Text(text=content.caption))]


def split_text(text: str, length: int) -> list[str]:
    """Pieces of at most `length` characters, cut at the best border in the last half of each: paragraph, line,
    sentence, word, and only then inside a word, never inside what a reader sees as one character."""
    pieces: list[str] = []
    while len(text) > length:
        cut = _best_cut(text, length)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    pieces.append(text)
    return [piece for piece in pieces if piece.strip()]


_BORDERS: Final = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…]['\")\]»”]*\s|[。！？]"),
    re.compile(r"\s"),
)


def _best_cut(text: str, length: int) -> int:
    earliest = length // 2
    for border in _BORDERS:
        ends = [match.end() for match in border.finditer(text, earliest, length + 1) if match.end() <= length + 1]
        fitting = [end for end in ends if len(text[:end].rstrip()) <= length]
        if fitting:
            return fitting[-1]
    return _whole_character_cut(text, length)


def _whole_character_cut(text: str, length: int) -> int:
    """The last place at or before `length` that splits no visible character; `length` if there is none near."""
    for cut in range(length, max(length - 64, 0), -1):
        if not _is_joined(text, cut):
            return cut
    return length


def _is_joined(text: str, cut: int) -> bool:
    """True if the characters on both sides of the cut make one visible character (a part of UAX #29)."""
    before, after = text[cut - 1], text[cut]
    if after == "\u200d" or before == "\u200d" or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    if before == "\r" and after == "\n":
        return True
    if _is_flag_half(before) and _is_flag_half(after):
        run = 0
        while run < cut and _is_flag_half(text[cut - 1 - run]):
            run += 1
        return run % 2 == 1
    return False


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


# --- Kinds -------------------------------------------------------------------------------------------------------


def _check_location(content: Location) -> None:
    if not (-90 <= content.latitude <= 90 and -180 <= content.longitude <= 180):
        raise CannotSend("A place needs a latitude from -90 to 90 and a longitude from -180 to 180.")


def _check_contacts(content: Contacts) -> None:
    if not 1 <= len(content.cards) <= CARDS:
        raise CannotSend(f"A message holds 1 to {CARDS} contact cards.")
    if not all(card.name for card in content.cards):
        raise CannotSend("Every contact card needs a name.")


def _check_buttons(content: Buttons) -> None:
    _check_frame(content.text, BODY, header=content.header, footer=content.footer)
    if not 1 <= len(content.buttons) <= BUTTONS:
        raise CannotSend(f"A message holds 1 to {BUTTONS} buttons.")
    for button in content.buttons:
        _check_length(button.title, BUTTON_TITLE, "A button's text")
        _check_length(button.id, BUTTON_ID, "A button's id")
    _check_distinct((button.id for button in content.buttons), "Two buttons have the same id.")
    _check_distinct((button.title for button in content.buttons), "Two buttons have the same text.")


def _check_list(content: ChoiceList) -> None:
    _check_frame(content.text, LIST_BODY, header=content.header, footer=content.footer)
    _check_length(content.button, BUTTON_TITLE, "The text of the list's button")
    rows = [row for section in content.sections for row in section.choices]
    if not 1 <= len(content.sections) <= SECTIONS or not all(section.choices for section in content.sections):
        raise CannotSend(f"A list holds 1 to {SECTIONS} sections, none of them empty.")
    if len(rows) > ROWS:
        raise CannotSend(f"A list holds at most {ROWS} rows.")
    for section in content.sections:
        _check_length(section.title, SECTION_TITLE, "A section's title", may_be_empty=len(content.sections) == 1)
    for row in rows:
        _check_length(row.id, ROW_ID, "A row's id")
        _check_length(row.title, ROW_TITLE, "A row's title")
        _check_length(row.description, ROW_DESCRIPTION, "A row's description", may_be_empty=True)
    _check_distinct((row.id for row in rows), "Two rows have the same id.")


def _check_link_button(content: LinkButton) -> None:
    _check_frame(content.text, BODY, header=content.header, footer=content.footer)
    _check_length(content.title, BUTTON_TITLE, "The button's text")
    if not content.url.startswith(("https://", "http://")) or len(content.url) > URL:
        raise CannotSend(f"The button's link must begin with https:// and have at most {URL:,} characters.")


def _check_product(content: Product) -> None:
    if len(content.product_ids) > PRODUCTS:
        raise CannotSend(f"A message shows at most {PRODUCTS} products.")
    if content.product_ids and not content.catalog_id:
        raise CannotSend("Name the catalogue of the products.")
    if len(content.product_ids) > 1 and not content.header:
        raise CannotSend("Several products need a heading.")
    if len(content.product_ids) != 1 or content.text:
        _check_body(content.text, BODY)
    _check_length(content.header, HEADER, "The heading", may_be_empty=True)
    _check_length(content.footer, FOOTER, "The footer", may_be_empty=True)


def _check_template(content: Template) -> None:
    if len(content.name) > TEMPLATE_NAME or not _TEMPLATE_NAME.fullmatch(content.name) or not content.language:
        raise CannotSend("Choose an approved template and its language.", reason="choose_template")
    for value in (*content.header_values, *content.body_values, *content.button_values):
        _check_template_value(value)
    for value in content.button_values:
        if not (value.name.isascii() and value.name.isdigit()):
            raise CannotSend("A button of a template is named by its number, from 0.")
        if value.button == "copy_code":
            _check_length(value.value, CODE, "A code")


def _check_template_value(value: TemplateValue) -> None:
    if not value.value.strip():
        raise CannotSend("Fill every field of the template.", reason="fill_template")
    if _TEMPLATE_GAP.search(value.value):
        raise CannotSend(
            "A value of a template holds no line breaks, no tabs and at most four spaces in a row.",
            reason="template_value_form",
        )


def _check_native(content: Native) -> None:
    """WhatsApp's own JSON for a type passes unseen; only what it is part of must stay ours."""
    if not _NATIVE_TYPE.fullmatch(content.type) or content.type in _ENVELOPE_KEYS:
        raise CannotSend("A native message needs the name of a WhatsApp message type.")
    try:
        decoded: object = msgspec.json.decode(content.json)
    except (ValueError, RecursionError) as error:
        raise CannotSend("A native message needs valid JSON.") from error
    if not isinstance(decoded, dict | list):
        raise CannotSend("The JSON of a native message is an object or a list.")


def _check_frame(text: str, body: int, *, header: str, footer: str) -> None:
    _check_body(text, body)
    _check_length(header, HEADER, "The heading", may_be_empty=True)
    _check_length(footer, FOOTER, "The footer", may_be_empty=True)


def _check_body(text: str, limit: int) -> None:
    _check_length(text, limit, "The text of this kind of message")


def _check_length(text: str, limit: int, what: str, *, may_be_empty: bool = False) -> None:
    if len(text) > limit:
        raise CannotSend(
            f"{what} has at most {limit:,} characters; this one has {len(text):,}.",
            reason="text_too_long",
            values={"limit": str(limit), "count": str(len(text))},
        )
    if not may_be_empty and not text.strip():
        raise CannotSend(f"{what} must not be empty.", reason="text_empty")


def _check_distinct(values: Iterable[str], text: str) -> None:
    seen: Sequence[str] = list(values)
    if len(set(seen)) != len(seen):
        raise CannotSend(text)
