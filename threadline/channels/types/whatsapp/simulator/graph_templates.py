"""Template edges: create, list with opaque cursors, edit, delete, unpause, archive, library, bulk, migration (§4.1)."""

from __future__ import annotations

import msgspec

from . import meta_acts, outcomes, templates
from .errors import GraphError, required, unknown_object
from .graph import Answer, Call, Graph, page, pick
from .knobs import Review
from .state import Account, Template
from .wire import JSON, as_list, as_number, as_object, as_text, objects, without_none
from .world import World

CREATIONS_PER_HOUR = 100
EDITABLE = frozenset({"APPROVED", "REJECTED", "PAUSED"})
DAY_S = 86400.0
FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
LIBRARY: list[JSON] = [
    {
        "id": "2001",
        "name": "delivery_update_1",
        "language": "en_US",
        "category": "UTILITY",
        "topic": "ORDER_MANAGEMENT",
        "usecase": "DELIVERY_UPDATE",
        "industry": ["E_COMMERCE"],
        "body": "Hi {{1}}, your order {{2}} is on its way and will arrive soon.",
        "body_params": ["Ana", "1234"],
        "body_param_types": ["TEXT", "TEXT"],
    },
    {
        "id": "2002",
        "name": "appointment_reminder_1",
        "language": "en_US",
        "category": "UTILITY",
        "topic": "EVENT_REMINDER",
        "usecase": "EVENT_RSVP_REMINDER",
        "industry": ["FINANCIAL_SERVICES"],
        "body": "Hello {{1}}, this is a reminder of your appointment on {{2}} with us.",
        "body_params": ["Ana", "Monday"],
        "body_param_types": ["TEXT", "TEXT"],
    },
]


def install(graph: Graph) -> None:
    graph.on("account", "POST", "message_templates", create)
    graph.on("account", "GET", "message_templates", list_all)
    graph.on("account", "DELETE", "message_templates", delete)
    graph.on("account", "POST", "upsert_message_templates", upsert)
    graph.on("account", "POST", "migrate_message_templates", migrate)
    graph.on("template", "GET", "", get)
    graph.on("template", "POST", "", edit)
    graph.on("template", "POST", "unpause", unpause)
    graph.on("template", "GET", "compare", compare)
    graph.on("root", "GET", "message_template_library", library, scopes="any")


def describe(template: Template) -> JSON:
    return without_none(
        id=template.id,
        name=template.name,
        parameter_format=template.parameter_format,
        components=template.components,
        language=template.language,
        status="ARCHIVED" if template.is_archived else template.status,
        category=template.category,
        correct_category=template.correct_category,
        quality_score={"score": template.quality, "date": int(template.quality_at or template.created_at)},
        rejected_reason=template.rejected_reason,
        message_send_ttl_seconds=template.ttl_s,
        sub_category="CUSTOM",
    )


def account_of(call: Call) -> Account:
    return call.world.state.accounts[call.object_id]


def in_account(world: World, account_id: str) -> list[Template]:
    return [template for template in world.state.templates.values() if template.account_id == account_id]


# creating


def create(call: Call) -> Answer:
    """`{id, status, category}`; archive and unarchive share the edge's path."""
    if call.rest and call.rest[0] in {"archive", "unarchive"}:
        return archive(call, is_archived=call.rest[0] == "archive")
    world, account, params = call.world, account_of(call), dict(call.params)
    _count_creation(world, account)
    if "library_template_name" in params:
        params |= _from_library(str(params["library_template_name"]), params)
    for name in ("name", "language", "category"):
        if not params.get(name):
            raise required(name)
    if isinstance(params.get("components"), str):
        params["components"] = msgspec.json.decode(params["components"])
    name, language, category = str(params["name"]), str(params["language"]), str(params["category"]).upper()
    components = templates.check_template(world, category, name, language, params)
    _check_new(world, account, name, language, category, components)
    template = add(world, account.id, name, language, category, components, params)
    meta_acts.submit(world, template)
    return {"id": template.id, "status": template.status, "category": template.category}


def add(
    world: World, account_id: str, name: str, language: str, category: str, components: list[JSON], params: JSON
) -> Template:
    ttl = as_number(params.get("message_send_ttl_seconds"))
    template = Template(
        id=world.mint.digits(),
        account_id=account_id,
        name=name,
        language=language,
        category=category,
        components=components,
        parameter_format=str(params.get("parameter_format", "POSITIONAL")).upper(),
        ttl_s=int(ttl) if ttl is not None else None,
        created_at=world.now(),
        is_max_price="optimization_spec" in params or "bid_spec" in params,
    )
    world.state.templates[template.id] = template
    world.index_template(template)
    return template


def _count_creation(world: World, account: Account) -> None:
    if not world.knobs.management_limits:
        return
    key = f"create|{account.id}|{int(world.now() // 3600)}"
    world.state.call_rates[key] = world.state.call_rates.get(key, 0) + 1
    if world.state.call_rates[key] > CREATIONS_PER_HOUR:
        raise GraphError(80007, message="(#80007) There have been too many template creations for this account.")


def _check_new(world: World, account: Account, name: str, language: str, category: str, components: list[JSON]) -> None:
    own = in_account(world, account.id)
    if world.template(account.id, name, language) is not None:
        raise templates.refuse(
            2388024,
            "Content in this language already exists",
            f"There is already {language} content for this template. You can create a new template and try again.",
        )
    until = account.blocked_names.get(name)
    if until is not None and world.now() < until:
        raise templates.refuse(
            2388023,
            "Message template language is being deleted",
            "New content can't be added while the existing content is being deleted. Try again in 4 weeks.",
        )
    portfolio = world.portfolio_of(account)
    is_named = any(number.name_status == "APPROVED" for number in world.numbers_of(account))
    limit = world.knobs.template_limit or (6000 if portfolio.is_verified and is_named else 250)
    if len(own) >= limit:
        raise templates.refuse(2388019, "Template limit reached", f"This account may have {limit} message templates.")
    is_duplicate = category != "AUTHENTICATION" and any(
        other.name != name and other.language == language and templates.same_words(other.components, components)
        for other in own
    )
    if is_duplicate:
        raise templates.refuse(2388093, "Duplicate template", "A template with the same words already exists.")


def _from_library(name: str, params: JSON) -> JSON:
    entry = next((item for item in LIBRARY if item["name"] == name), None)
    if entry is None:
        raise GraphError(100, message="(#100) There is no such template in the library.")
    body: JSON = {"type": "BODY", "text": entry["body"], "example": {"body_text": [entry["body_params"]]}}
    return {"language": params.get("language", entry["language"]), "category": entry["category"], "components": [body]}


def upsert(call: Call) -> Answer:
    """Authentication templates in many languages at once; existing ones are replaced."""
    world, account, params = call.world, account_of(call), call.params
    languages = [str(language) for language in as_list(params.get("languages")) or []]
    if str(params.get("category", "")).upper() != "AUTHENTICATION" or not languages:
        raise GraphError(100, message="(#100) Only authentication templates with languages can be upserted.")
    data: list[JSON] = []
    for language in languages:
        components = templates.check_template(world, "AUTHENTICATION", str(params.get("name", "")), language, params)
        existing = world.template(account.id, str(params["name"]), language)
        if existing is None:
            existing = add(world, account.id, str(params["name"]), language, "AUTHENTICATION", components, params)
        existing.components = components
        meta_acts.approve(world, existing)
        data.append({"id": existing.id, "language": language, "status": existing.status})
    return {"data": data}


def migrate(call: Call) -> Answer:
    world = call.world
    source = str(call.params.get("source_waba_id", ""))
    if source not in world.state.accounts:
        raise GraphError(100, message="(#100) Param source_waba_id is not an account.")
    migrated: list[str] = []
    failed: JSON = {}
    for template in in_account(world, source):
        if template.status != "APPROVED":
            failed[template.id] = "Only approved templates can be migrated"
        elif world.template(call.object_id, template.name, template.language) is not None:
            failed[template.id] = "A template with this name and language exists"
        else:
            copy = add(
                world,
                call.object_id,
                template.name,
                template.language,
                template.category,
                template.components,
                {"parameter_format": template.parameter_format},
            )
            copy.status, copy.was_approved = "APPROVED", True
            migrated.append(template.id)
    return {"migrated_templates": migrated, "failed_templates": failed}


# reading


def list_all(call: Call) -> Answer:
    query = call.request.query
    items = [describe(template) for template in in_account(call.world, call.object_id)]
    for name in ("name", "status", "category", "language", "quality_score"):
        wanted = query.get(name)
        if wanted is None:
            continue
        choices = {word.strip().strip("\"'").upper() for word in wanted.strip("[]").split(",")}
        if name == "quality_score":
            items = [item for item in items if str(item["quality_score"]["score"]) in choices]
        else:
            items = [item for item in items if str(item[name]).upper() in choices]
    content = query.get("content") or query.get("name_or_content")
    if content is not None:
        items = [item for item in items if content.lower() in str(item["components"]).lower() + str(item["name"])]
    total = len(in_account(call.world, call.object_id))
    result = page(call, [pick(item, call.fields, list(item)) for item in items])
    if "summary" in query:
        result["summary"] = {
            "total_count": len(items),
            "message_template_count": total,
            "message_template_limit": call.world.knobs.template_limit or 250,
            "are_translations_complete": True,
        }
    return result


def get(call: Call) -> Answer:
    template = call.world.state.templates[call.object_id]
    return pick(describe(template), call.fields, FIELDS)


def compare(call: Call) -> Answer:
    ids = [call.object_id, *str(call.request.query.get("template_ids", "")).strip("[]").split(",")]
    ids = [item.strip() for item in ids if item.strip() in call.world.state.templates]
    if len(ids) < 2:
        raise GraphError(100, message="(#100) Param template_ids must name another template.")
    sent = {key: sum(m.template_id == key for m in call.world.messages.values()) for key in ids}
    order = sorted(ids, key=lambda key: call.world.state.templates[key].quality == "RED")
    return {
        "data": [
            {"metric": "BLOCK_RATE", "type": "RELATIVE", "order_by_relative_metric": order},
            {
                "metric": "MESSAGE_SENDS",
                "type": "NUMBER_VALUES",
                "number_values": [{"key": key, "value": count} for key, count in sent.items()],
            },
            {
                "metric": "TOP_BLOCK_REASON",
                "type": "STRING_VALUES",
                "string_values": [{"key": key, "value": "UNKNOWN_BLOCK_REASON"} for key in ids],
            },
        ]
    }


def library(call: Call) -> Answer:
    search = call.request.query.get("search", "").lower()
    name = call.request.query.get("name", search).lower()
    items = [item for item in LIBRARY if name in item["name"] or name in item["body"].lower()]
    return page(call, items)


# changing


def edit(call: Call) -> Answer:
    """All components are replaced; an approved one once a day and ten times in thirty, its category fixed."""
    world, params = call.world, dict(call.params)
    template = world.state.templates[call.object_id]
    if template.status not in EDITABLE:
        raise templates.refuse(2388025, "Template cannot be edited", "Only approved, rejected or paused templates can.")
    category = str(params.get("category", template.category)).upper()
    if template.status == "APPROVED":
        _check_edit_rate(world, template)
        if category != template.category:
            raise templates.refuse(2388025, "Category is fixed", "The category of an approved template cannot change.")
    if category not in templates.CATEGORIES:
        raise GraphError(100, message="(#100) Param category is not valid.")
    if isinstance(params.get("components"), str):
        params["components"] = msgspec.json.decode(params["components"])
    if "components" in params:
        params.setdefault("parameter_format", template.parameter_format)
        template.components = templates.check_components(world, category, params)
    ttl = as_number(params.get("message_send_ttl_seconds"))
    if ttl is not None:
        template.ttl_s = int(ttl)
    template.category = category
    template.edits.append(world.now())
    meta_acts.submit(world, template)
    if world.knobs.review is not Review.INSTANT:
        template.status = "PENDING"
    return {"success": True, "id": template.id, "name": template.name, "category": template.category}


def _check_edit_rate(world: World, template: Template) -> None:
    now = world.now()
    template.edits = [at for at in template.edits if now - at < 30 * DAY_S]
    if any(now - at < DAY_S for at in template.edits) or len(template.edits) >= 10:
        raise templates.refuse(
            2388026, "Too many edits", "An approved template can be edited once in 24 hours and 10 times in 30 days."
        )


def unpause(call: Call) -> Answer:
    template = call.world.state.templates[call.object_id]
    if template.status != "PAUSED":
        return {"success": False, "reason": "The template is not paused."}
    template.status = "APPROVED"
    outcomes.release_paced(call.world, template, is_released=True)
    return {"success": True}


def delete(call: Call) -> Answer:
    """By name: all languages; with `hsm_id`: one."""
    params = call.params
    name, template_id = as_text(params.get("name")), as_text(params.get("hsm_id"))
    if name is None and template_id is None:
        raise required("name")
    chosen = [
        template
        for template in in_account(call.world, call.object_id)
        if (name is None or template.name == name) and (template_id is None or template.id == template_id)
    ]
    if not chosen:
        raise GraphError(
            100,
            subcode=2593002,
            message="Invalid parameter",
            user_title="Message template not found",
            user_message="The message template does not exist.",
        )
    for template in chosen:
        meta_acts.delete_template(call.world, template)
    return {"success": True}


def archive(call: Call, *, is_archived: bool) -> Answer:
    done: list[str] = []
    failed: list[str] = []
    for template_id in str(call.params.get("hsm_ids", "")).split(","):
        template = call.world.state.templates.get(template_id.strip())
        if template is None or template.account_id != call.object_id or template.is_archived == is_archived:
            failed.append(template_id)
            continue
        template.is_archived = is_archived
        meta_acts.tell_archived(call.world, template)
        done.append(template_id)
    failures: list[JSON] = [{template_id: "The template cannot be changed"} for template_id in failed]
    return {"archived_templates" if is_archived else "unarchived_templates": done, "failed_templates": failures}


def find(world: World, template_id: str) -> Template:
    template = world.state.templates.get(template_id)
    if template is None:
        raise unknown_object("get", template_id)
    return template


def example_template(world: World, account_id: str, values: JSON) -> Template:
    """A ready template of a sandbox: approved without review, replaced if it is there."""
    name, language = str(values["name"]), str(values["language"])
    existing = world.template(account_id, name, language)
    if existing is None:
        existing = add(
            world, account_id, name, language, str(values["category"]), objects(values["components"]), values
        )
    existing.components, existing.status, existing.was_approved = objects(values["components"]), "APPROVED", True
    existing.quality = as_text((as_object(values.get("quality")) or {}).get("score")) or "GREEN"
    return existing
