"""Webhook bodies as WhatsApp sends them, signed, about 900 bytes each."""

import hashlib
import hmac
import json
import random
import uuid

PADDING = "Hello! Do you still have the blue bowls with the sand glaze, and can they be here before Saturday? " * 4


def message_body(
    *,
    number: str,
    account: str,
    customer: int,
    provider_id: str,
    at: int,
    text: str = PADDING,
    has_user_id: bool = True,
) -> bytes:
    phone = f"4477{customer:08d}"
    user = f"GB.{10**18 + customer}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": number},
        "contacts": [
            {"profile": {"name": f"Customer {customer}"}, "wa_id": phone} | ({"user_id": user} if has_user_id else {})
        ],
        "messages": [
            {
                "from": phone,
                **({"from_user_id": user} if has_user_id else {}),
                "id": provider_id,
                "timestamp": str(at),
                "type": "text",
                "text": {"body": text},
            }
        ],
    }
    return _body(account, value)


def status_body(*, number: str, account: str, attempt_id: uuid.UUID, provider_id: str, status: str, at: int) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": number},
        "statuses": [
            {
                "id": provider_id,
                "status": status,
                "timestamp": str(at),
                "recipient_id": "447700000000",
                "biz_opaque_callback_data": str(attempt_id),
                "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"},
            }
        ],
    }
    return _body(account, value)


def new_provider_id(chance: random.Random) -> str:
    return "wamid." + "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=48))


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _body(account: str, value: dict[str, object]) -> bytes:
    change = {"value": value, "field": "messages"}
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": account, "changes": [change]}]}, separators=(",", ":")
    ).encode()
