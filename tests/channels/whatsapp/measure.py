"""What the pure edge costs, in microseconds: for the benchmark table and for whoever changes the parser.

python -m tests.channels.whatsapp.measure
"""

import timeit
from collections.abc import Callable

from tests.channels.whatsapp.bodies import (
    NUMBER,
    body_of,
    full_batch,
    messages_body,
    one_text,
    status,
    text_message,
    value,
)
from threadline.channels.contract import EndpointSecrets, HookRequest
from threadline.channels.registry import channel_type
from threadline.channels.shared.meta import sign

SECRET = "test_app_secret"


def measure() -> dict[str, float]:
    """Best of five, microseconds a body, or an item where the name says so. Takes about a second."""
    channel = channel_type("whatsapp")
    text, batch = one_text(900), full_batch()
    delivered = body_of({"field": "messages", "value": value(statuses=[status("wamid.1")], number=NUMBER)})
    many = messages_body(*[text_message(f"wamid.{number}") for number in range(500)])
    secrets = EndpointSecrets(signing=(SECRET,))
    signed = HookRequest("POST", "", {}, {"x-hub-signature-256": (sign(SECRET, text),)}, text)
    return {
        "verify, 900 bytes": _cost(lambda: channel.verify(signed, secrets), times=5000),
        "accounts, 900 bytes": _cost(lambda: channel.accounts(text), times=5000),
        "accounts, 3 MB": _cost(lambda: channel.accounts(batch), times=5),
        "parse one text, 900 bytes": _cost(lambda: channel.parse(text), times=5000),
        "parse one status": _cost(lambda: channel.parse(delivered), times=5000),
        "parse 500 texts, an item": _cost(lambda: channel.parse(many), times=5) / 500,
        "parse 1,000 texts in 3 MB, an item": _cost(lambda: channel.parse(batch), times=3) / 1000,
    }


def _cost(work: Callable[[], object], *, times: int) -> float:
    return min(timeit.repeat(work, number=times, repeat=5)) / times * 1e6


if __name__ == "__main__":
    for name, cost_us in measure().items():
        print(f"{name:<40}{cost_us:9.2f} µs")
