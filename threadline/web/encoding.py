"""Values → JSON, as somebody may see them. What is personal is shown here and nowhere else (core/personal.py)."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from threadline.core.personal import Clearance, Guarded


@lru_cache(maxsize=16)
def encoder_of(clearance: Clearance) -> Callable[[object], bytes]:
    """One for each of the few clearances there are."""

    def show(value: object) -> object:
        if isinstance(value, Guarded):
            return value.shown(clearance)
        raise NotImplementedError(f"{type(value).__name__} has no form in JSON.")

    return msgspec.json.Encoder(enc_hook=show).encode


encode_for_nobody = msgspec.json.Encoder().encode
"""For answers without anything personal: it knows no guarded value, and fails on the first."""


def schema_of(kind: type) -> dict[str, Any]:
    """What the document says of a guarded value: a text."""
    if issubclass(kind, Guarded):
        return {"type": "string"}
    raise NotImplementedError(f"{kind.__name__} has no form in the document.")
