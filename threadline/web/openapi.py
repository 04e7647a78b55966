"""The OpenAPI document: every operation, every answer, and the frames of the socket (T4, docs/design.md §8)."""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import threadline
from threadline.web.api.routes import OUTPUTS
from threadline.web.encoding import schema_of
from threadline.web.frames import ClientFrame, LiveServerFrame, ServerFrame
from threadline.web.problems import Problem

_REFERENCE = "#/components/schemas/{name}"


def build_document(api: FastAPI) -> dict[str, Any]:
    """The document, with sorted keys: the same for the same code, so that it can be committed and compared."""
    document = get_openapi(
        title="Threadline",
        version=threadline.__version__,
        routes=api.routes,
        description="The API of the agent app. The feed socket at /api/feed speaks ClientFrame and ServerFrame, "
        "that of the live screen at /api/live/feed LiveServerFrame.",
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, structs = msgspec.json.schema_components(
        [*OUTPUTS.values(), Problem], ref_template=_REFERENCE, schema_hook=schema_of
    )
    taken = {name for name in set(schemas) & set(structs) if not _are_same_choices(schemas[name], structs[name])}
    if taken:
        raise RuntimeError(f"Two shapes share a name in the API: {sorted(taken)}")
    schemas.update(structs)
    _add_union(schemas, "ServerFrame", ServerFrame)
    _add_union(schemas, "LiveServerFrame", LiveServerFrame)
    _add_union(schemas, "ClientFrame", ClientFrame)
    _drop_validation_answers(document)
    document["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-threadline"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    sorted_document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document, order="sorted"))
    return sorted_document


def _are_same_choices(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """An enum goes in and comes out under its one name."""
    return "enum" in one and sorted(one["enum"]) == sorted(other.get("enum", []))


def dump_document(api: FastAPI) -> str:
    text = msgspec.json.format(msgspec.json.encode(build_document(api), order="sorted"), indent=2).decode()
    return text + "\n"


def _add_union(schemas: dict[str, Any], name: str, union: Any) -> None:  # a union is no type of its own to Python
    (schema,), structs = msgspec.json.schema_components([union], ref_template=_REFERENCE, schema_hook=schema_of)
    schemas.update(structs)
    schemas[name] = schema


def _drop_validation_answers(document: dict[str, Any]) -> None:
    """Refused fields are a Problem like everything else."""
    for path in document["paths"].values():
        for one in path.values():
            one["responses"].pop("422", None)
