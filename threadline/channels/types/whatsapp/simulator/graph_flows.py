"""Flow edges, as far as sending a flow needs them: create, upload, publish, deprecate, delete (whatsapp.md §8.3)."""

from __future__ import annotations

import datetime

import msgspec

from .errors import GraphError, required
from .graph import Answer, Call, Graph, page, pick
from .state import Flow
from .wire import JSON, as_bool, as_list, as_object, as_text, without_none

CATEGORIES = frozenset(
    {
        "SIGN_UP",
        "SIGN_IN",
        "APPOINTMENT_BOOKING",
        "LEAD_GENERATION",
        "CONTACT_US",
        "CUSTOMER_SUPPORT",
        "SURVEY",
        "OTHER",
    }
)


def install(graph: Graph) -> None:
    graph.on("account", "GET", "flows", list_all)
    graph.on("account", "POST", "flows", create)
    graph.on("account", "POST", "migrate_flows", migrate)
    graph.on("flow", "GET", "", get)
    graph.on("flow", "POST", "", change)
    graph.on("flow", "DELETE", "", delete)
    graph.on("flow", "GET", "assets", list_assets)
    graph.on("flow", "POST", "assets", upload)
    graph.on("flow", "POST", "publish", publish)
    graph.on("flow", "POST", "deprecate", deprecate)


def describe(call: Call, flow: Flow) -> JSON:
    return without_none(
        id=flow.id,
        name=flow.name,
        status=flow.status,
        categories=flow.categories,
        validation_errors=_errors(flow.flow_json),
        json_version="7.1",
        data_api_version="3.0",
        endpoint_uri=flow.endpoint_uri,
        preview={
            "preview_url": f"{call.world.url}/flows/{flow.id}/preview/",
            "expires_at": _time_text(call.world.now() + 86400),
        },
        whatsapp_business_account=_account_of(call, flow),
        updated_at=_time_text(flow.updated_at),
        health_status={"can_send_message": "AVAILABLE", "entities": []},
    )


def _time_text(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _account_of(call: Call, flow: Flow) -> JSON:
    account = call.world.state.accounts[flow.account_id]
    names = {"id": account.id, "name": account.name, "currency": account.currency, "timezone_id": "1"}
    return {**names, "message_template_namespace": f"ns_{account.id}"}


def _errors(flow_json: str | None) -> list[JSON]:
    """The one thing checked: a flow is a JSON object with `version` and `screens`."""
    if flow_json is None:
        return []
    try:
        document = as_object(msgspec.json.decode(flow_json))
    except msgspec.DecodeError:
        document = None
    if document is not None and "version" in document and as_list(document.get("screens")):
        return []
    position = {"line_start": 1, "line_end": 1, "column_start": 1, "column_end": 1}
    return [
        {
            "error": "INVALID_PROPERTY",
            "error_type": "JSON_SCHEMA_ERROR",
            "message": "The flow needs version and screens.",
            **position,
        }
    ]


def list_all(call: Call) -> Answer:
    flows = [flow for flow in call.world.state.flows.values() if flow.account_id == call.object_id]
    default = ("name", "status", "categories", "validation_errors")
    return page(call, [pick(describe(call, flow), call.fields, default) for flow in flows])


def get(call: Call) -> Answer:
    flow = call.world.state.flows[call.object_id]
    return pick(describe(call, flow), call.fields, ("name", "status", "categories", "validation_errors"))


def create(call: Call) -> Answer:
    params = call.params
    name = as_text(params.get("name"))
    if not name:
        raise required("name")
    raw = params.get("categories")
    categories = as_list(msgspec.json.decode(raw) if isinstance(raw, str) else raw) or ["OTHER"]
    if not set(categories) <= CATEGORIES:
        raise GraphError(100, message="(#100) Param categories holds an unknown category.")
    source = call.world.state.flows.get(str(params.get("clone_flow_id", "")))
    flow = Flow(
        id=call.world.mint.digits(),
        account_id=call.object_id,
        name=name,
        categories=[str(c) for c in categories],
        endpoint_uri=as_text(params.get("endpoint_uri")),
        updated_at=call.world.now(),
        flow_json=as_text(params.get("flow_json")) or (source.flow_json if source is not None else None),
    )
    call.world.state.flows[flow.id] = flow
    errors = _errors(flow.flow_json)
    if as_bool(params.get("publish")) and flow.flow_json is not None and not errors:
        flow.status = "PUBLISHED"
    return {"id": flow.id, "success": True, "validation_errors": errors}


def _draft(call: Call, code: int) -> Flow:
    flow = call.world.state.flows[call.object_id]
    if flow.status != "DRAFT":
        raise GraphError(code, "The flow is not a draft.")
    return flow


def change(call: Call) -> Answer:
    flow, params = call.world.state.flows[call.object_id], call.params
    flow.name = as_text(params.get("name")) or flow.name
    flow.endpoint_uri = as_text(params.get("endpoint_uri")) or flow.endpoint_uri
    categories = as_list(params.get("categories"))
    if categories:
        flow.categories = [str(category) for category in categories]
    return {"success": True}


def upload(call: Call) -> Answer:
    flow = _draft(call, 139002)
    call.request.params()
    file = call.request.files.get("file")
    if file is None or call.params.get("asset_type") != "FLOW_JSON":
        raise required("file")
    flow.flow_json = file.content.decode("utf-8", "replace")
    flow.updated_at = call.world.now()
    return {"success": True, "validation_errors": _errors(flow.flow_json)}


def list_assets(call: Call) -> Answer:
    flow = call.world.state.flows[call.object_id]
    url = f"{call.world.url}/flows/{flow.id}/flow.json"
    return page(call, [{"name": "flow.json", "asset_type": "FLOW_JSON", "download_url": url}], key="name")


def publish(call: Call) -> Answer:
    flow = _draft(call, 139002)
    if flow.flow_json is None or _errors(flow.flow_json):
        raise GraphError(139002, "The flow has no valid flow.json.")
    flow.status = "PUBLISHED"
    _tell(call, flow, "DRAFT")
    return {"success": True}


def deprecate(call: Call) -> Answer:
    flow = call.world.state.flows[call.object_id]
    if flow.status != "PUBLISHED":
        raise GraphError(139004, "Only published flows can be deprecated.")
    flow.status = "DEPRECATED"
    _tell(call, flow, "PUBLISHED")
    return {"success": True}


def delete(call: Call) -> Answer:
    flow = _draft(call, 139004)
    del call.world.state.flows[flow.id]
    return {"success": True}


def _tell(call: Call, flow: Flow, old_status: str) -> None:
    value: JSON = {
        "event": "FLOW_STATUS_CHANGE",
        "message": f"Flow {flow.name} changed status from {old_status} to {flow.status}",
        "flow_id": flow.id,
        "old_status": old_status,
        "new_status": flow.status,
    }
    call.world.emit(call.world.state.accounts[flow.account_id], None, "flows", value)


def migrate(call: Call) -> Answer:
    world, params = call.world, call.params
    names = {name.strip() for name in str(params.get("source_flow_names", "")).split(",") if name.strip()}
    own = {flow.name for flow in world.state.flows.values() if flow.account_id == call.object_id}
    migrated: list[JSON] = []
    failed: list[JSON] = []
    for flow in list(world.state.flows.values()):
        if flow.account_id != str(params.get("source_waba_id")) or (names and flow.name not in names):
            continue
        if flow.name in own:
            failed.append(
                {
                    "source_name": flow.name,
                    "error_code": "4233041",
                    "error_message": "Flow with the same name exists in destination WABA.",
                }
            )
            continue
        copy = msgspec.structs.replace(flow, id=world.mint.digits(), account_id=call.object_id)
        world.state.flows[copy.id] = copy
        migrated.append({"source_name": flow.name, "source_id": flow.id, "migrated_id": copy.id})
    return {"migrated_flows": migrated, "failed_flows": failed}
