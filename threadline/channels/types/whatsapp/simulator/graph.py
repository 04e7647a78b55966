"""The Graph face: who calls (token, scope, asset), which object, which edge – then the handler of that edge."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import cast
from urllib.parse import urlencode

import msgspec

from .errors import GraphError, unknown_object, unknown_path
from .http import Manner, Request, Response, json_response
from .state import Number, Token
from .wire import JSON, as_text
from .world import World

VERSION = re.compile(r"v\d+\.\d+$")
MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"
PAGE = 25
MAX_PAGE = 5000


class Call(msgspec.Struct):
    """One authorised request to an edge. `rest` are the path parts behind the edge's name."""

    world: World
    request: Request
    token: Token
    object_id: str
    rest: list[str]

    @property
    def params(self) -> JSON:
        return self.request.params()

    @property
    def fields(self) -> list[str]:
        return [name.strip() for name in _split_fields(self.request.query.get("fields", "")) if name.strip()]


Answer = JSON | Response | Awaitable[JSON | Response]
Edge = Callable[[Call], Answer]


class Route(msgspec.Struct, frozen=True):
    edge: Edge
    scopes: frozenset[str]
    is_counted: bool


class Graph:
    """Routes by (kind of object, method, edge). The edges live in the `graph_…` files and register themselves here."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._routes: dict[tuple[str, str, str], Route] = {}
        self._edges: set[tuple[str, str]] = set()
        self._send: Callable[[Number, Request], Response | Awaitable[Response]] | None = None

    def on(
        self, kind: str, method: str, name: str, edge: Edge, *, scopes: str = MANAGEMENT, is_counted: bool = True
    ) -> None:
        """`name` is empty for the object itself; `scopes` are separated by "|", one of them suffices."""
        self._routes[kind, method, name] = Route(edge, frozenset(scopes.split("|")), is_counted)
        self._edges.add((kind, name))

    def on_send(self, send: Callable[[Number, Request], Response | Awaitable[Response]]) -> None:
        self._send = send

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        try:
            answer = self._answer(request)
        except GraphError as error:
            return self.refuse(error)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            return self.refuse(GraphError(100, message=f"(#100) Invalid parameter ({type(error).__name__})"))
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, dict):
            return json_response(answer)
        return self._later(answer)

    async def _later(self, answer: Awaitable[JSON | Response]) -> Response:
        try:
            value = await answer
        except GraphError as error:
            return self.refuse(error)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            return self.refuse(GraphError(100, message=f"(#100) Invalid parameter ({type(error).__name__})"))
        return value if isinstance(value, Response) else json_response(value)

    def refuse(self, error: GraphError) -> Response:
        self.world.count(f"refused_{error.code}")
        return Response(
            error.http,
            msgspec.json.encode(error.body(self.world.mint.fbtrace_id())),
            headers=(("WWW-Authenticate", 'OAuth "Facebook Platform" "invalid_token"'),) if error.http == 401 else (),
            delay_s=self.world.knobs.answer_delay_s,
            manner=Manner.WHOLE,
        )

    def _answer(self, request: Request) -> Answer:
        parts = [part for part in request.path.split("/") if part]
        if parts and VERSION.match(parts[0]):
            parts = parts[1:]
        if not parts:
            raise unknown_path(request.path)
        if len(parts) == 2 and parts[1] == "messages" and request.method == "POST":
            return self._post_message(parts[0], request)
        return self._route(parts, request)

    def _post_message(self, number_id: str, request: Request) -> Answer:
        """The hot path: token, asset and scope, then straight to the send."""
        token = self.token_of(request)
        number = self.world.state.numbers.get(number_id)
        if number is None:
            raise unknown_object("post", number_id)
        if not self._reaches(token, number.id, number.account_id) or MESSAGING not in token.scopes:
            raise GraphError(131005, "The token has no permission to send messages for this number.")
        assert self._send is not None
        return cast("Answer", self._send(number, request))

    def _route(self, parts: list[str], request: Request) -> Answer:
        kind = self.kind_of(parts[0])
        object_id = parts[0]
        edge_parts = parts[1:]
        if kind is None and ("root", parts[0]) in self._edges:
            kind, edge_parts = "root", parts
        edge = edge_parts[0] if edge_parts else ""
        route = self._routes.get((kind or "", request.method, edge))
        if route is not None and not route.scopes - {""}:
            return route.edge(Call(self.world, request, NOBODY, object_id, edge_parts[1:]))
        token = self.token_of(request)
        if kind is None:
            raise unknown_object(request.method, object_id)
        if route is None:
            if (kind, edge) in self._edges:
                raise unknown_object(request.method, object_id)
            raise unknown_path("/" + "/".join(edge_parts))
        owner = self.owner_of(kind, object_id)
        is_reached = "any" in route.scopes or token.app_id == object_id or self._reaches(token, object_id, owner)
        if not is_reached or not route.scopes & {*token.scopes, "any"}:
            code = 10 if kind in {"number", "media"} else 200
            raise GraphError(code, message=f"(#{code}) You do not have the permissions required to access this object.")
        if route.is_counted and owner is not None:
            self._count_management(token, owner)
        return route.edge(Call(self.world, request, token, object_id, edge_parts[1:]))

    # who

    def token_of(self, request: Request) -> Token:
        header = request.headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme.lower() not in {"bearer", "oauth"}:
            value = ""
        query_token = "access_token=" in request.query_text
        if query_token or (not value and request.body and "json" not in request.headers.get("content-type", "json")):
            value = as_text(request.params().get("access_token")) or value
        token = self.find_token(value)
        if "appsecret_proof=" in request.query_text:
            self._check_proof(token, request.query.get("appsecret_proof", ""))
        return token

    def _check_proof(self, token: Token, proof: str) -> None:
        """A proof, where one is given, must be made of the token with the secret of the token's own app."""
        app = self.world.state.apps.get(token.app_id)
        secret = app.secret if app is not None else ""
        expected = hmac.new(secret.encode(), token.value.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, proof):
            raise GraphError(100, message="Invalid appsecret_proof provided in the API argument")

    def find_token(self, value: str) -> Token:
        world = self.world
        token = world.state.tokens.get(value)
        if token is None and "|" in value:
            app_id, _, secret = value.partition("|")
            app = world.state.apps.get(app_id)
            if app is not None and app.secret == secret:
                token = Token(value=value, app_id=app_id, scopes=["app"], assets=[app_id])
        if token is None or not token.is_valid:
            raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")
        if token.expires_at is not None and world.now() >= token.expires_at:
            raise GraphError(
                190,
                subcode=463,
                message="Error validating access token: Session has expired. The current time is past its expiration.",
            )
        return token

    @staticmethod
    def _reaches(token: Token, object_id: str, owner: str | None) -> bool:
        return token.assets is None or object_id in token.assets or owner in token.assets

    def _count_management(self, token: Token, account_id: str) -> None:
        """200 calls an hour per app and account, 5,000 with a registered number (80007)."""
        world = self.world
        if not world.knobs.management_limits or account_id not in world.state.accounts:
            return
        hour = int(world.now() // 3600)
        key = f"{token.app_id}|{account_id}|{hour}"
        count = world.state.call_rates.get(key, 0) + 1
        if count == 1:
            world.state.call_rates = {k: n for k, n in world.state.call_rates.items() if k.endswith(f"|{hour}")}
        world.state.call_rates[key] = count
        has_number = any(
            number.account_id == account_id and number.is_registered for number in world.state.numbers.values()
        )
        if count > (5000 if has_number else 200):
            raise GraphError(
                80007,
                message="(#80007) There have been too many calls from this WhatsApp Business account. "
                "Wait a bit and try again.",
            )

    # what

    def kind_of(self, object_id: str) -> str | None:
        state = self.world.state
        for kind, objects in (
            ("number", state.numbers),
            ("account", state.accounts),
            ("template", state.templates),
            ("media", state.media),
            ("app", state.apps),
            ("portfolio", state.portfolios),
            ("flow", state.flows),
            ("group", state.groups),
            ("upload", state.uploads),
            ("signup", state.signups),
        ):
            if object_id in objects:
                return kind
        return None

    def owner_of(self, kind: str, object_id: str) -> str | None:
        """The account an object belongs to, for assets and limits."""
        state = self.world.state
        match kind:
            case "number":
                return state.numbers[object_id].account_id
            case "account":
                return object_id
            case "template":
                return state.templates[object_id].account_id
            case "media":
                number = state.numbers.get(state.media[object_id].number_id)
                return number.account_id if number is not None else None
            case "flow":
                return state.flows[object_id].account_id
            case "group":
                return state.numbers[state.groups[object_id].number_id].account_id
            case "signup":
                return state.signups[object_id].account_id
            case _:
                return None


NOBODY = Token(value="", app_id="", scopes=[])


def pick(values: JSON, fields: Sequence[str], default: Sequence[str]) -> JSON:
    """Only the asked fields, plus `id`."""
    names = [name.partition("{")[0].partition(".")[0] for name in fields] or list(default)
    shown = {name: values[name] for name in names if name in values}
    return shown | ({"id": values["id"]} if "id" in values else {})


def page(call: Call, items: list[JSON], key: str = "id") -> JSON:
    """`{data, paging}` with opaque cursors; `next` only where more follows."""
    query = call.request.query
    limit = min(int(query["limit"]) if query.get("limit", "").isdigit() else PAGE, MAX_PAGE)
    start = 0
    if "after" in query:
        start = _position(items, key, query["after"]) + 1
    elif "before" in query:
        start = max(0, _position(items, key, query["before"]) - limit)
    chosen = items[start : start + limit]
    result: JSON = {"data": chosen}
    if chosen:
        cursors = {"before": cursor_of(chosen[0][key]), "after": cursor_of(chosen[-1][key])}
        paging: JSON = {"cursors": cursors}
        base = f"{call.world.url}{call.request.path}"
        if start + limit < len(items):
            paging["next"] = f"{base}?{urlencode({**_paging_query(query), 'after': cursors['after']})}"
        if start > 0:
            paging["previous"] = f"{base}?{urlencode({**_paging_query(query), 'before': cursors['before']})}"
        result["paging"] = paging
    return result


def _paging_query(query: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in query.items() if key not in {"after", "before", "access_token"}}


def cursor_of(value: object) -> str:
    return base64.urlsafe_b64encode(f"c:{value}".encode()).decode()


def _position(items: list[JSON], key: str, cursor: str) -> int:
    for position, item in enumerate(items):
        if cursor_of(item[key]) == cursor:
            return position
    raise GraphError(100, message="(#100) Invalid cursors values")


def _split_fields(text: str) -> list[str]:
    """Split at the commas that are not inside braces or brackets."""
    parts: list[str] = [""]
    depth = 0
    for char in text:
        depth += (char in "{(") - (char in "})")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts
