"""Webhook bodies for tests that need many, odd or large ones; the usual ones are case files."""

import json

NUMBER = "106540352242922"
ACCOUNT = "102290129340398"
USER = "US.13491208655302741918"
PHONE = "16505551234"

Json = dict[str, object]


def text_message(wamid: str = "wamid.IN1", body: str = "Hi, where is my order?", **more: object) -> Json:
    return {
        "from": PHONE,
        "from_user_id": USER,
        "id": wamid,
        "timestamp": "1790000000",
        "type": "text",
        "text": {"body": body},
        **more,
    }


def status(wamid: str, word: str = "delivered") -> Json:
    return {"id": wamid, "status": word, "timestamp": "1790000100", "recipient_id": PHONE}


def value(*, messages: list[Json] | None = None, statuses: list[Json] | None = None, number: str = NUMBER) -> Json:
    made: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Ana Ruiz"}, "wa_id": PHONE, "user_id": USER}],
    }
    if messages is not None:
        made["messages"] = messages
    if statuses is not None:
        made["statuses"] = statuses
    return made


def body_of(*changes: Json, object_name: str = "whatsapp_business_account") -> bytes:
    """Compact, with escapes, as Meta sends it. Each change in an entry of its own."""
    entries = [{"id": ACCOUNT, "changes": [change]} for change in changes]
    return json.dumps({"object": object_name, "entry": entries}, separators=(",", ":")).encode()


def messages_body(*messages: Json) -> bytes:
    return body_of({"field": "messages", "value": value(messages=list(messages))})


def one_text(size: int = 900) -> bytes:
    """The body of one text message, padded to this many bytes."""
    plain = messages_body(text_message(body=""))
    return messages_body(text_message(body="a" * (size - len(plain))))


def full_batch() -> bytes:
    """1,000 updates in just under 3 MB: the most that Meta promises to send."""
    long = "Where is my order? " * 150
    changes = [
        {
            "field": "messages",
            "value": value(messages=[text_message(f"wamid.{index}.{n}", long) for n in range(100)]),
        }
        for index in range(10)
    ]
    return body_of(*changes)
