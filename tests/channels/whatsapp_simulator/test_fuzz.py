"""Whatever is sent, the Graph face answers like Graph: a JSON object, never a crash."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from threadline.channels.types.whatsapp.simulator import Simulator
from threadline.channels.types.whatsapp.simulator.checks import INTERACTIVE, KINDS
from threadline.channels.types.whatsapp.simulator.http import Request, Response
from threadline.channels.types.whatsapp.simulator.sandbox import make

KEYS = st.sampled_from(
    [
        "type",
        "body",
        "text",
        "header",
        "footer",
        "action",
        "buttons",
        "reply",
        "id",
        "title",
        "sections",
        "rows",
        "name",
        "parameters",
        "components",
        "language",
        "code",
        "link",
        "message_id",
        "emoji",
        "latitude",
        "longitude",
        "cards",
        "card_index",
        "product_items",
        "index",
        "sub_type",
        "url",
        "display_text",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-3, 300) | st.text(max_size=5) | st.sampled_from(sorted(INTERACTIVE))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from([*sorted(KINDS), "hologram"]), content=VALUES, extra=st.dictionaries(KEYS, VALUES, max_size=2)
)
def test_no_content_breaks_the_send(kind: str, content: Any, extra: dict[str, Any]) -> None:
    simulator = Simulator(seed=1, knobs={"ignores_pair_limit": True})
    box = make(simulator.world, {"phone": "442079460123"})
    body = {**extra, "messaging_product": "whatsapp", "to": "+447700900100", "type": kind, kind: content}
    request = Request(
        "POST", f"/{box['number_id']}/messages", {"authorization": f"Bearer {box['token']}"}, json.dumps(body).encode()
    )
    answer = simulator.graph.handle(request)
    assert isinstance(answer, Response)
    value = json.loads(answer.body)
    assert answer.status in {200, 400, 404}, value
    if answer.status != 200:
        assert value["error"]["code"] in {100, 131008, 131009, 131051, 132000, 132001, 132012, 132018}, value
        assert "Error)" not in value["error"]["message"], "a crash was turned into an answer"
