"""What a message is found by: the texts that people read of it, and what it has."""

import re
from typing import assert_never

from threadline.core.content import (
    Buttons,
    Call,
    ChoiceList,
    ChoiceMade,
    ContactCard,
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
    Text,
    Unsupported,
)
from threadline.core.personal import Clearance, mask_content
from threadline.core.search_query import Has
from threadline.core.search_text import Wanted, has_runs, has_terms

_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


def texts_found(content: Content, wanted: Wanted, clearance: Clearance) -> list[str] | None:
    """The texts of a message that the index found, as this clearance shows it; None if it does not have the words.

    What is masked is looked through again: an answer must not tell whether a part of a number was right.
    """
    shown = mask_content(content, clearance)
    texts = texts_of(shown)
    if not has_runs(wanted, texts) or (shown != content and not has_terms(wanted, texts)):
        return None
    return texts


def texts_of(content: Content) -> list[str]:
    """Every text of it that a person reads, the most telling first. Empty: it is not found by words."""
    return [text for text in _texts(content) if text]


def _texts(content: Content) -> list[str]:
    match content:
        case Text():
            return [content.text]
        case Media():
            return [content.caption, content.spoken.text if content.spoken else "", content.file_name]
        case Location():
            return [content.name, content.address]
        case Contacts():
            return [text for card in content.cards for text in _of_card(card)]
        case ChoiceMade():
            return [content.choice.title, content.choice.description]
        case Buttons():
            return [content.text, content.header, content.footer, *(one.title for one in content.buttons)]
        case ChoiceList():
            choices = [choice for section in content.sections for choice in section.choices]
            told = [text for choice in choices for text in (choice.title, choice.description)]
            return [content.text, content.header, content.footer, *(one.title for one in content.sections), *told]
        case LinkButton():
            return [content.text, content.header, content.footer, content.title, content.url]
        case Request() | Native():
            return [content.text]
        case Order():
            return [content.text, *(item.product_id for item in content.items)]
        case FormAnswer():
            return [content.text, *content.answers.values()]
        case Template():
            return [content.text, content.name.replace("_", " ")]
        case Product():
            return [content.text, content.header, content.footer, *content.product_ids]
        case Unsupported():
            return [content.text]
        case Call() | Line():
            return []
        case _:
            assert_never(content)


def _of_card(card: ContactCard) -> list[str]:
    return [
        card.name,
        card.organisation,
        card.title,
        *(phone.phone for phone in card.phones),
        *(line.value for line in (*card.emails, *card.addresses)),
    ]


def has_of(content: Content) -> list[Has]:
    """What `has:` finds it by."""
    found = _kinds(content)
    if any(_LINK.search(text) for text in texts_of(content)):
        found.append("link")
    return found


def _kinds(content: Content) -> list[Has]:
    match content:
        case Media():
            return ["voice", "audio", "file"] if content.is_voice else [content.media, "file"]
        case Location():
            return ["location"]
        case Contacts():
            return ["contact"]
        case Order():
            return ["order"]
        case Template():
            return ["template"]
        case Call():
            return ["call"]
        case _:
            return []
