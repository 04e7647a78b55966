"""Macros: several acts under a name, looked at before they are done, done as one, and taken back as one."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from threadline.actions.change_macro import MacroChange, change_macro, create_macro, delete_macro
from threadline.actions.do_acts import Doing
from threadline.actions.run_macro import MacroPreview, Wish, preview_macro, run_macro, undo_run
from threadline.channels.registry import channel_type
from threadline.core.acts import MOST_ACTS, Kept
from threadline.core.errors import Invalid
from threadline.core.label import MOST_ON_ONE
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.macros import Macro, access_macro, access_run, list_macros
from threadline.web.api.acts import Acts, to_acts
from threadline.web.api.contacts import FieldValues, values_by_field
from threadline.web.api.conversations import ConversationDetail, read_detail
from threadline.web.api.inputs import Id, Input, Moment, Name, Text
from threadline.web.api.messages import hold_of
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Place = Annotated[int, Field(ge=0, le=MOST_ACTS)]


class MacroList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Macro]


class MacroInput(Input):
    name: Name
    acts: Acts
    is_shared: bool = False
    """True: the workspace's, or the team's. One's own stays one's own."""
    team_id: Id | None = None


class MacroUpdate(Input):
    """What is absent stays; `team_id` null gives it to everybody."""

    name: Name | None = None
    acts: Acts | None = None
    """All of them, in their order."""
    team_id: Id | None = None


class EditedText(Input):
    place: _Place
    text: Annotated[Text, StringConstraints(max_length=4_096)]


class MacroRunInput(Input):
    """`id` is the client's own: sent twice, it is one run."""

    id: Id
    macro_id: Id
    updated_at: Moment
    """Of the macro as it was seen; one that was changed since is not run."""
    left_out: Annotated[list[_Place], Field(max_length=MOST_ACTS)] = Field(default_factory=list)
    """Places of acts that are not done."""
    texts: Annotated[list[EditedText], Field(max_length=MOST_ACTS)] = Field(default_factory=list[EditedText])
    """What became of the words of answers and notes."""
    label_ids: Annotated[list[Id], Field(max_length=MOST_ON_ONE)] = Field(default_factory=list)
    """Put on first, where resolving wants a label."""
    fields: FieldValues = Field(default_factory=dict)
    """Filled in first, where resolving wants them."""


class MacroRun(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation: ConversationDetail
    message_ids: list[UUID]
    """What was sent by it, or waits to be."""
    review_ids: list[UUID]
    """Answers that a colleague looks at first."""


class MacroUndone(msgspec.Struct, frozen=True, kw_only=True):
    conversation: ConversationDetail
    kept: list[Kept]
    """What stays: somebody changed it since, or it has gone out."""


@operation(router, "GET", "/macros", out=MacroList)
async def get_macros(usable: bool = False, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """One's own, one's teams' and the workspace's, the most used first; to who manages them those of all teams, unless
    only what can be run is asked for."""
    return call.answer(MacroList(items=await list_macros(call.session, call.caller, is_usable=usable)))


@operation(router, "POST", "/macros", out=Macro, status=201, name="createMacro")
async def post_macro(
    given: MacroInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Keep several acts under a name."""
    macro = Macro(
        id=new_id(),
        is_shared=given.is_shared,
        team_id=given.team_id,
        name=given.name,
        acts=to_acts(given.acts),
        updated_at=call.now,
    )
    made = await create_macro(call.session, caller=call.caller, macro=macro, now=call.now, new_id=new_id)
    return call.answer(made, status=201)


@operation(router, "GET", "/macros/{macro_id}", out=Macro)
async def get_macro(macro_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """One of them."""
    return call.answer(await access_macro(call.session, call.caller, macro_id))


@operation(router, "PATCH", "/macros/{macro_id}", out=Macro)
async def update_macro(
    macro_id: UUID, given: MacroUpdate, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Change it."""
    changed = {name: getattr(given, name) for name in given.model_fields_set}
    if not changed or any(value is None for name, value in changed.items() if name != "team_id"):
        raise Invalid("Please say what is to change.", reason="nothing_to_change")
    if given.acts is not None:
        changed["acts"] = to_acts(given.acts)
    macro = await change_macro(
        call.session,
        caller=call.caller,
        macro_id=macro_id,
        change=MacroChange(**changed),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(macro)


@operation(router, "DELETE", "/macros/{macro_id}", out=None, status=204, name="deleteMacro")
async def remove_macro(macro_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Forget it. What it did stays."""
    await delete_macro(call.session, caller=call.caller, macro_id=macro_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(
    router,
    "POST",
    "/conversations/{conversation_id}/macros/{macro_id}/preview",
    out=MacroPreview,
    name="previewMacro",
)
async def post_preview(
    conversation_id: UUID, macro_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """What it would do here now, act by act. Nothing is changed."""
    doing = await _doing(call, conversation_id, new_id())
    return call.answer(await preview_macro(call.session, doing, macro_id))


@operation(router, "POST", "/conversations/{conversation_id}/macro-runs", out=MacroRun, status=201, name="runMacro")
async def post_run(
    conversation_id: UUID, given: MacroRunInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Do all that was not left out, or nothing."""
    wish = Wish(
        updated_at=given.updated_at,
        left_out=given.left_out,
        texts={one.place: one.text for one in given.texts},
        label_ids=given.label_ids,
        fields=values_by_field(given.fields),
    )
    doing = await _doing(call, conversation_id, given.id)
    await run_macro(call.session, doing, given.macro_id, wish)
    run = await access_run(call.session, call.caller, given.id)
    answer = MacroRun(
        id=run.id,
        conversation=await read_detail(call, run.conversation_id, is_just_changed=True),
        message_ids=run.made.message_ids,
        review_ids=run.made.review_ids,
    )
    return call.answer(answer, status=201)


@operation(router, "POST", "/macro-runs/{run_id}/undo", out=MacroUndone, name="undoMacroRun")
async def post_undo(run_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Take one's own run back: everything as it was, except what somebody changed since and what has gone out."""
    conversation_id, kept = await undo_run(
        call.session, caller=call.caller, run_id=run_id, now=call.now, new_id=new_id, find_type=channel_type
    )
    return call.answer(
        MacroUndone(conversation=await read_detail(call, conversation_id, is_just_changed=True), kept=kept)
    )


async def _doing(call: Call, conversation_id: UUID, run_id: UUID) -> Doing:
    return Doing(
        caller=call.caller,
        conversation_id=conversation_id,
        run_id=run_id,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
        hold=await hold_of(call),
    )
