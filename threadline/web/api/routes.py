"""Declaring operations: a stable id, a closed answer in the document, a problem for every refusal."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response

OUTPUTS: dict[str, type] = {}
"""Every struct that an operation answers with, by its name in the document."""

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def operation(
    router: APIRouter,
    method: str,
    path: str,
    *,
    out: type | None,
    status: int = 200,
    name: str = "",
    extra: dict[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds a route. Its operation id, verb and noun, is `name` or the function's (`get_agents` → `getAgents`).

    Handlers answer with a Response made of a msgspec struct; `out` says which, for the document (design.md §8), and
    `extra` what FastAPI cannot know (a multipart body).
    """

    def add(handler: Callable[..., Any]) -> Callable[..., Any]:
        router.add_api_route(
            path,
            handler,
            methods=[method],
            operation_id=name or _camel(handler.__name__),
            response_model=None,
            response_class=Response,
            status_code=status,
            summary=(handler.__doc__ or "").strip().split("\n")[0],
            description="",
            openapi_extra=extra,
            responses={status: _answer(out), "default": {"description": "Refused or failed", "content": _PROBLEM}},
        )
        return handler

    return add


def _answer(out: type | None) -> dict[str, Any]:
    if out is None:
        return {"description": "Done"}
    OUTPUTS[out.__name__] = out
    schema = {"$ref": f"#/components/schemas/{out.__name__}"}
    return {"description": "Answered", "content": {"application/json": {"schema": schema}}}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
