"""The API: resources under /api, problems for every refusal. Imported late, for FastAPI takes a second to load."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from threadline.core.errors import ThreadlineError
from threadline.web.api import (
    automatic_replies,
    bulk,
    calendars,
    channels,
    collaboration,
    companies,
    contact_batches,
    contacts,
    conversations,
    deliveries,
    demo,
    discussions,
    drafts,
    events,
    fields,
    files,
    filters,
    finishing,
    forward_targets,
    joining,
    labels,
    links,
    live,
    macros,
    mentions,
    messages,
    notifications,
    people,
    places,
    practice,
    preferences,
    push,
    resolving,
    reviews,
    roles,
    rota,
    routing,
    rules,
    saved_replies,
    scheduled,
    search,
    session,
    skills,
    sla_policies,
    stages,
    starting,
    tasks,
    teams,
    tokens,
    transcripts,
    webhooks,
    workspace,
)
from threadline.web.context import WebContext
from threadline.web.deps import Replayed
from threadline.web.problems import (
    CONTENT_TYPE,
    Problem,
    ProblemField,
    encode_problem,
    problem_of,
    problem_of_fields,
    problem_of_status,
)

_ROUTERS = (
    session.router,
    joining.router,
    people.router,
    preferences.router,
    resolving.router,
    stages.router,
    sla_policies.router,
    calendars.router,
    automatic_replies.router,
    teams.router,
    notifications.router,
    push.router,
    tasks.router,
    discussions.router,
    reviews.router,
    roles.router,
    rota.router,
    routing.router,
    tokens.router,
    webhooks.router,
    transcripts.router,
    workspace.router,
    demo.router,
    collaboration.router,
    conversations.router,
    links.router,
    live.router,
    messages.router,
    contact_batches.router,
    contacts.router,
    companies.router,
    labels.router,
    skills.router,
    fields.router,
    saved_replies.router,
    macros.router,
    rules.router,
    scheduled.router,
    starting.router,
    places.router,
    search.router,
    forward_targets.router,
    filters.router,
    bulk.router,
    drafts.router,
    mentions.router,
    channels.router,
    deliveries.router,
    events.router,
    files.router,
    finishing.router,
    practice.router,
)


def create_api(context: WebContext | None) -> FastAPI:
    """`context` None makes an API that only describes itself."""
    api = FastAPI(
        title="Threadline",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    api.state.web = context
    for router in _ROUTERS:
        api.include_router(router, prefix="/api")
    api.include_router(files.contents)
    api.add_exception_handler(ThreadlineError, _refuse)
    api.add_exception_handler(RequestValidationError, _refuse_fields)
    api.add_exception_handler(HTTPException, _refuse_status)
    api.add_exception_handler(Replayed, _replay)
    api.add_exception_handler(Exception, _refuse)  # raised on for the log, after its problem document was sent
    return api


async def _refuse(request: Request, error: Exception) -> Response:
    problem, headers = problem_of(error, _request_id(request))
    response = _response(problem)
    for name, value in headers:
        response.headers[name.decode()] = value.decode()
    return response


async def _refuse_fields(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [
        ProblemField(field=_path(one["loc"]), text=_sentence(one), reason=_REASONS.get(one["type"], ""))
        for one in error.errors()[:20]
    ]
    return _response(problem_of_fields(fields, _request_id(request)))


async def _refuse_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _response(problem_of_status(error.status_code, _request_id(request)))


async def _replay(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Replayed)
    response = Response(
        content=error.kept.body,
        status_code=error.kept.status,
        media_type="application/json" if error.kept.body else None,
    )
    response.headers["idempotent-replayed"] = "true"
    return response


def _response(problem: Problem) -> Response:
    return Response(content=encode_problem(problem), status_code=problem.status, media_type=CONTENT_TYPE)


def _request_id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def _path(location: tuple[str | int, ...]) -> str:
    """Where the fault lies, without the part that says body or query, and without the names of our models."""
    parts = [str(part) for part in location if part not in ("body", "query", "path", "header")]
    return ".".join(part for part in parts if part.isidentifier() or part.isdigit()) or "body"


_REASONS = {"missing": "needed", "string_too_short": "needed", "string_too_long": "too_long"}


def _sentence(fault: dict[str, object]) -> str:
    """What is wrong, without the value: it may be a secret."""
    kind, text = str(fault["type"]), str(fault["msg"])
    match kind:
        case "missing":
            return "This is needed."
        case "extra_forbidden":
            return "This field is not known."
        case "value_error":
            return text.removeprefix("Value error, ")
        case "json_invalid":
            return "This is no JSON."
        case _:
            return text
