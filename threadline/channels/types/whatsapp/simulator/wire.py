"""JSON at the edge: plain objects, and the few questions one asks of a value that a stranger sent."""

from __future__ import annotations

from typing import Any, cast

JSON = dict[str, Any]
"""A JSON object; `Any` because the provider's bodies are open-ended and are checked field by field."""


def as_object(value: object) -> JSON | None:
    return cast("JSON", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[Any] | None:
    return cast("list[Any]", value) if isinstance(value, list) else None


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def as_number(value: object) -> float | None:
    """A JSON number, or a text that spells one (the Graph API takes both)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def as_bool(value: object) -> bool:
    """JSON true, or the texts that a query string uses for it."""
    return value is True or (isinstance(value, str) and value.lower() in {"true", "1", "yes"})


def objects(value: object) -> list[JSON]:
    """The objects of a JSON list, in order; anything else in it is left out."""
    return [cast("JSON", item) for item in as_list(value) or [] if isinstance(item, dict)]


def texts(value: object) -> list[str]:
    return [item for item in as_list(value) or [] if isinstance(item, str)]


def without_none(**fields: Any) -> JSON:
    """An object of the fields that are present."""
    return {key: value for key, value in fields.items() if value is not None}


def empty() -> JSON:
    return {}
