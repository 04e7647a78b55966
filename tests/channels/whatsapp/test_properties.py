"""Whatever JSON comes, nothing but BadPayload leaves the parser, and items do not touch each other."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.whatsapp.bodies import ACCOUNT, messages_body, status, text_message, value
from threadline.channels.contract import AccountRef, Ignored, InboundMessage, InboundStatus, Unreadable
from threadline.channels.registry import channel_type
from threadline.channels.types.whatsapp.limits import split_text
from threadline.channels.types.whatsapp.notices import ACCOUNT_FIELDS
from threadline.core.errors import BadPayload

CHANNEL = channel_type("whatsapp")

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)
KEYS = (
    "from", "from_user_id", "id", "timestamp", "type", "text", "image", "audio", "location", "reaction", "button",
    "interactive", "order", "contacts", "system", "errors", "unsupported", "edit", "revoke", "context", "referral",
    "group_id", "to", "status", "recipient_id", "pricing", "wa_id", "user_id", "value", "category", "event", "duration",
    "body", "messages", "statuses", "metadata", "phone_number_id", "message_echoes", "history", "threads", "calls",
    "user_preferences", "profile", "name", "message", "original_message_id", "code", "error_data", "details",
    "ban_info", "restriction_info", "waba_info", "waba_id", "decision", "alert_info",
)  # fmt: skip
KINDS = ("text", "image", "audio", "location", "reaction", "button", "interactive", "order", "contacts", "system",
         "unsupported", "edit", "revoke", "request_welcome", "sent", "delivered", "failed", "stop")  # fmt: skip
likely = st.recursive(
    scalars | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)
FIELDS = (
    "messages",
    "smb_message_echoes",
    "history",
    "calls",
    "user_preferences",
    "standby",
    "brand_new",
    *ACCOUNT_FIELDS,
)
changes = st.fixed_dictionaries({"field": st.sampled_from(FIELDS), "value": likely}) | likely
bodies = st.fixed_dictionaries(
    {
        "object": st.just("whatsapp_business_account"),
        "entry": st.lists(
            st.fixed_dictionaries({"id": scalars, "changes": st.lists(changes, max_size=3) | likely}) | likely,
            max_size=3,
        ),
    }
)


def encode(value: object) -> bytes:
    return json.dumps(value).encode()


@settings(max_examples=400, deadline=None)
@given(bodies)
def test_any_body_of_the_right_outline_is_read_or_set_aside(body: object) -> None:
    raw = encode(body)
    refs = CHANNEL.accounts(raw)
    items = CHANNEL.parse(raw)
    assert len(refs) == len(set(refs))
    assert {addressed.ref for addressed in items if addressed.ref.value} <= set(refs)


@settings(max_examples=200, deadline=None)
@given(anything.map(encode) | st.binary(max_size=200))
def test_any_bytes_raise_nothing_but_bad_payload(raw: bytes) -> None:
    CHANNEL.accounts(raw)
    try:
        CHANNEL.parse(raw)
    except BadPayload:
        pass


@settings(max_examples=200, deadline=None)
@given(st.lists(likely, max_size=4), st.integers(0, 4))
def test_bad_neighbours_change_nothing_for_a_good_message(neighbours: list[object], position: int) -> None:
    good = text_message("wamid.GOOD")
    alone = CHANNEL.parse(messages_body(good))[0]
    messages = [*neighbours[:position], good, *neighbours[position:]]
    among = CHANNEL.parse(messages_body(*messages))  # type: ignore[arg-type]
    assert len(among) == len(messages)
    assert among[min(position, len(neighbours))] == alone


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_each_item_means_the_same_however_it_is_batched(chance: random.Random, count: int) -> None:
    items = [text_message(f"wamid.{n}") for n in range(count)]
    items += items[: count // 2]
    chance.shuffle(items)
    alone = [CHANNEL.parse(messages_body(item))[0] for item in items]
    together = CHANNEL.parse(messages_body(*items))
    assert together == alone
    assert CHANNEL.parse(messages_body(*items)) == together


@settings(max_examples=100, deadline=None)
@given(likely)
def test_any_status_is_read_ignored_or_set_aside(extra: object) -> None:
    entry = {**status("wamid.1"), **(extra if isinstance(extra, dict) else {"errors": extra})}
    raw = json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": ACCOUNT, "changes": [{"field": "messages", "value": value(statuses=[entry])}]}],
        }
    ).encode()
    (addressed,) = CHANNEL.parse(raw)
    assert isinstance(addressed.item, InboundStatus | Ignored | Unreadable)
    assert isinstance(addressed.ref, AccountRef)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.integers(8, 60))
def test_split_text_keeps_every_word_and_no_piece_is_too_long(text: str, length: int) -> None:
    pieces = split_text(text, length)
    assert all(len(piece) <= length for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["👍🏽", "👩‍👩‍👧", "🇳🇱", "é", "각", "x"]), min_size=40, max_size=80), st.integers(20, 40)
)
def test_split_text_never_cuts_a_visible_character(characters: list[str], length: int) -> None:
    pieces = split_text("".join(characters), length)
    whole = {"".join(characters[:count]) for count in range(len(characters) + 1)}
    assert all("".join(pieces[: count + 1]) in whole for count in range(len(pieces)))
    assert "".join(pieces) == "".join(characters)


def test_messages_are_messages() -> None:
    """The properties above would hold for a parser that reads nothing."""
    (addressed,) = CHANNEL.parse(messages_body(text_message()))
    assert isinstance(addressed.item, InboundMessage)
