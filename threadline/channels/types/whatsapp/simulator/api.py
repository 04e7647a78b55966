"""What the control face and the phone face share: the token, path patterns, JSON in and out."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import msgspec

from .errors import GraphError
from .http import Request, Response, json_response
from .state import Account, Number, User
from .wire import JSON, as_object
from .world import World

T = TypeVar("T")


class Ask(msgspec.Struct):
    """One authorised request: its path variables, query and body."""

    world: World
    request: Request
    path: dict[str, str]

    @property
    def body(self) -> JSON:
        return as_object(msgspec.json.decode(self.request.body)) or {} if self.request.body else {}

    @property
    def query(self) -> dict[str, str]:
        return self.request.query

    def number(self) -> Number:
        return find(self.world.state.numbers, self.path.get("number_id") or str(self.body.get("number_id", "")))

    def account(self) -> Account:
        return find(self.world.state.accounts, self.path.get("account_id") or str(self.body.get("account_id", "")))

    def user(self) -> User:
        """By our key, by phone, or by a business-scoped id."""
        value = self.path["user"]
        state = self.world.state
        found = state.users.get(value) or self.world.users_by_phone.get(value.lstrip("+"))
        found = found or self.world.users_by_bsuid.get(value)
        if found is None:
            raise NotFound(f"There is no user {value}.")
        return found


class NotFound(Exception):
    pass


def find(items: dict[str, T], key: str) -> T:
    found = items.get(key)
    if found is None:
        raise NotFound(f"There is no object {key}.")
    return found


Result = object
Act = Callable[[Ask], "Result | Awaitable[Result]"]


class Face:
    """Routes under one prefix, behind one bearer token that is compared in constant time."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token.encode()
        self._routes: list[tuple[str, list[str], Act]] = []

    def on(self, method: str, pattern: str, act: Act) -> None:
        """`/numbers/{number_id}`: a part in braces is a variable."""
        self._routes.append((method, pattern.strip("/").split("/"), act))

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), self._token):
            return _problem(401, "The control token is missing or wrong.")
        parts = request.path.strip("/").split("/")
        is_known = False
        for method, pattern, act in self._routes:
            variables = _match(pattern, parts)
            if variables is None:
                continue
            is_known = True
            if method == request.method:
                return self._run(act, Ask(self._world, request, variables))
        return _problem(405 if is_known else 404, "There is no such path." if not is_known else "Not with this method.")

    async def _run(self, act: Act, ask: Ask) -> Response:
        try:
            result = act(ask)
            if isinstance(result, Awaitable):
                result = await cast("Awaitable[Result]", result)
        except NotFound as error:
            return _problem(404, str(error))
        except GraphError as error:
            return _problem(409 if error.code >= 138000 else 400, error.details or error.message, error.code)
        except (msgspec.DecodeError, msgspec.ValidationError, ValueError, KeyError, TypeError) as error:
            return _problem(400, f"{type(error).__name__}: {error}")
        return result if isinstance(result, Response) else json_response(result)


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(parts):
        return None
    variables: dict[str, str] = {}
    for wanted, given in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            variables[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return variables


def _problem(status: int, detail: str, code: int | None = None) -> Response:
    error: JSON = {"message": detail}
    if code is not None:
        error["code"] = code
    return json_response({"error": error}, status)


def set_properties(item: msgspec.Struct, body: JSON, allowed: set[str]) -> None:
    """Set the named properties, each checked against its type."""
    types = {field.name: field.type for field in msgspec.structs.fields(type(item))}
    for name in allowed & set(body):
        setattr(item, name, msgspec.convert(body[name], types[name], strict=False))
