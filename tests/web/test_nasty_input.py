"""Nasty text in every place of the API where text, a number or a parameter can stand: refused in a sentence, or kept.

The places are read from the OpenAPI document, so what is new takes part by itself.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from tests.web.attack import (
    Hidden,
    Json,
    Operation,
    all_operations,
    document,
    furnish,
    furnish_workspace,
    kind_of,
    leaves,
    put,
)
from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, clear_rates, join, set_up
from tests.web.test_attack import ENDS, ask, filled, id_of
from tests.web.test_permission_matrix import body_of

NASTY = {
    "NUL": "a\x00b",
    "lone surrogate": "a\ud800b",
    "right-to-left override": "invoice\u202efdp.exe",
    "zero width": "\u200b\u200d\ufeff",
    "blank": " \t\u00a0\u2003",
    "control characters": "a\x07\x1b[31mb\x7f\x85",
    "line breaks": "a\r\nBcc: b@example.org\r\n\r\n",
    "script link": "javascript:alert(document.domain)//https://example.org",
    "markup": "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "quotes of SQL": "'; drop table messages; -- \" \\",
    "signs of LIKE": "%_\\%_\\\\",
    "search operators": 'from: label:"" has: before:0 ((( " | & ! :* <->',
    "pattern": "(a+)+$",
    "template": "{{ contact.__class__ }}{% raw %}{{{{",
    "path": "../../../../etc/passwd\\..",
    "digits": "9" * 400,
    "other digits": "٣٤٥٦٧٨٩٠١٢",
    "combining": "e" + "\u0301" * 500,
    "family": "👨‍👩‍👧‍👦" * 200,
    "very long": "W" * 70_000,
    "a date": "+275760-09-13T00:00:00.000Z",
    "another date": "0000-00-00T25:61:61Z",
    "an old date": "0001-01-01T00:00:00+14:00",
}
ALWAYS = ("NUL", "lone surrogate", "very long")
NUMBERS = (10**400, -(10**400), 2**63, -1, 1e308, 0.1)
ENDLESS = {"checkChannel", "createChannel", "syncChannelTemplates"}
"""They ask the provider, which is not there."""


@dataclass
class Scene:
    admin: Browser
    known: Hidden
    """One of everything, to be asked about."""

    async def given(self, operation: Operation, body: Any, query: str = "") -> Answer:
        ids = {slot: id_of(self.known, kind) for slot, kind in self._kinds(operation)}
        try:
            return await ask(self.admin, operation, ids, body, query)
        except aiohttp.ClientError as error:
            return Answer(599, None, repr(error).encode(), {})  # an answer that broke off is a fault, too

    def _kinds(self, operation: Operation) -> list[tuple[str, str | None]]:
        return [(slot, kind_of(operation, slot)) for slot in operation.slots if slot.startswith("path:")]


@pytest.fixture(scope="module")
async def scene(server: Server) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        admin = await set_up(await stack.enter_async_context(browser_of(server)))
        member = await join(admin, await stack.enter_async_context(browser_of(server)), role="supervisor")
        channel_id = await Desk(server, admin.workspace_id).channel()
        known = await furnish(admin, channel_id, colleague=member, word="Zq", phone="+491715559900")
        await furnish_workspace(admin, known, "Zqs")
        yield Scene(admin, known)


def texts_of(schema: Json) -> list[tuple[str, Json]]:
    """Where a text or number can stand, apart from ids and from what is one of a few words."""
    found = [(at, leaf) for at, leaf in leaves(schema) if leaf.get("type") in ("string", "integer", "number")]
    return [one for one in found if "enum" not in one[1] and "const" not in one[1] and one[1].get("format") != "uuid"]


def with_value(operation: Operation, body: Any, place: str, value: Any) -> Any:
    """The usual body with a value in one place of it; contents are texts, unless the place is another kind's."""
    first, *rest = place.split(".")
    body = dict(body or {})
    if first in ("content", "contents"):
        content = {"kind": "text", "text": "x"} | (put({}, [one for one in rest if one != "[]"][:1], value))
        return body | {first: content if first == "content" else [content]}
    return put(body, [first, *rest], value)


def dealt(number: int) -> list[tuple[str, str]]:
    """What breaks most, and some of the rest in turn: every place gets other ones, all together all of them."""
    others = [name for name in NASTY if name not in ALWAYS]
    names = [*ALWAYS, *(others[(number + step) % len(others)] for step in range(3))]
    return [(name, NASTY[name]) for name in names]


@pytest.mark.parametrize("half", [0, 1])
async def test_nasty_values_in_bodies_are_refused_in_a_sentence_or_kept(scene: Scene, half: int) -> None:
    wrong: list[str] = []
    count = 0
    for operation in all_operations()[half::2]:
        if operation.body is None or operation.name in ENDS | ENDLESS | {"createSession", "switchWorkspace"}:
            continue
        for place, leaf in texts_of(operation.body):
            await clear_rates(scene.admin.server)
            is_text = leaf["type"] == "string"
            for name, value in dealt(count) if is_text else [(str(one)[:9], one) for one in NUMBERS]:
                body = with_value(operation, filled(body_of(operation.name), scene.known), place, value)
                answer = await scene.given(operation, body)
                count += 1
                if not is_fine(answer):
                    wrong.append(f"{operation.name} {place} {name}: {answer.status} {answer.raw[:300]!r}")
    assert not wrong, "\n".join(wrong[:60])
    assert count > 500


async def test_nasty_values_in_addresses_are_refused_in_a_sentence_or_searched(scene: Scene) -> None:
    wrong: list[str] = []
    for operation in all_operations():
        if operation.name in ENDS:
            continue
        parameters = document()["paths"][operation.path][operation.method.lower()].get("parameters", [])
        for parameter in parameters:
            for name, value in NASTY.items():
                written = quote(value.encode("utf-8", "surrogatepass"), safe="")[:6_000]
                if parameter["in"] == "query":
                    body = filled(body_of(operation.name), scene.known)
                    answer = await scene.given(operation, body, f"{parameter['name']}={written}")
                elif operation.method == "GET" and name in ("NUL", "path", "signs of LIKE", "quotes of SQL"):
                    answer = await scene.admin.get(operation.path.replace(f"{{{parameter['name']}}}", written))
                else:
                    continue
                await clear_rates(scene.admin.server)
                if not is_fine(answer):
                    wrong.append(f"{operation.name} {parameter['name']} {name}: {answer.status} {answer.raw[:300]!r}")
    assert not wrong, "\n".join(wrong[:60])


async def test_a_body_that_is_too_deep_is_refused_by_everything(scene: Scene) -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [{"a": deep}]
    wrong: list[str] = []
    for operation in all_operations():
        if operation.body is not None and operation.name not in ENDS:
            await clear_rates(scene.admin.server)
            body = filled(body_of(operation.name), scene.known)
            for given in (deep, *([body | {key: deep} for key in body] if isinstance(body, dict) else [])):
                answer = await scene.given(operation, given)
                if not 400 <= answer.status < 500 or not is_fine(answer):
                    wrong.append(f"{operation.name}: {answer.status} {answer.raw[:200]!r}")
    assert not wrong, "\n".join(wrong[:60])


def is_fine(answer: Answer) -> bool:
    """Done, or refused in a sentence; never a fault, and nothing comes back that breaks the line it stands in."""
    if answer.status >= 500 or (answer.status < 400 and b"\\u0000" in answer.raw):
        return False
    if answer.status < 400:
        return True
    return answer.status in (401, 429) or bool(isinstance(answer.json, dict) and json.dumps(answer.json["title"]))
