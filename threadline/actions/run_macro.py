"""Run a macro in a conversation: seen before, done as one act, and taken back as one."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.actions.do_acts import Doing, Done, do_act, do_acts, fill_field, take_back, words_of
from threadline.actions.label_conversation import label_conversation
from threadline.actions.send_message import complete_content
from threadline.channels.contract import ChannelType
from threadline.core.acts import (
    Act,
    Kept,
    NoteAct,
    ReplyAct,
    StateAct,
    TemplateAct,
    in_order,
    is_message,
    template_of,
)
from threadline.core.bulk import Refusal
from threadline.core.content import Template
from threadline.core.errors import Conflict, ThreadlineError
from threadline.core.events import Event, EventKind
from threadline.core.field import Field, FieldValue
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.saved_reply import FilledPiece, warmed
from threadline.store.conversations import access_conversation_keys
from threadline.store.files import File
from threadline.store.macros import (
    Macro,
    access_macro,
    access_run,
    begin_run,
    keep_run,
    mark_undone,
    read_warmth,
    write_warmth,
)
from threadline.store.outgoing import lock_conversation
from threadline.store.readiness import read_readiness
from threadline.store.reviews import is_novice
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.standings import read_standing

Verdict = Literal["does", "same", "cannot"]


class StepPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What one act would do in this conversation now."""

    place: int
    """Of the act in the macro."""
    act: Act
    verdict: Verdict
    """`same`: it stands so already."""
    refusal: Refusal | None
    """Why it cannot."""
    pieces: list[FilledPiece]
    """What an answer or a note says, filled."""
    text: str
    """What a template says."""
    language: str
    files: list[File]


class MacroPreview(msgspec.Struct, frozen=True, kw_only=True):
    macro: Macro
    steps: list[StepPreview]
    """In the order in which they are done."""
    lacks_label: bool
    """It resolves, and a label is wanted first that no step puts on."""
    missing: list[Field]
    """It resolves, and these are wanted first and no step fills them in."""
    needs_review: bool
    """A colleague looks at its answer before it goes out."""
    is_opted_out: bool
    """It writes to somebody who asked not to be written to: a person is warned, never stopped."""
    hold_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the agent has decided over the preview."""

    updated_at: datetime
    """Of the macro that they saw."""
    left_out: Collection[int] = ()
    """Places of acts that are not done."""
    texts: Mapping[int, str] = field(default_factory=dict[int, str])
    """What became of the words of the acts at these places."""
    label_ids: Sequence[UUID] = ()
    """Put on first, where resolving wants a label."""
    fields: Mapping[UUID, FieldValue | None] = field(default_factory=dict[UUID, FieldValue | None])
    """Filled in first, where resolving wants them."""


class _Seen(Exception):
    """Ends a look at what would happen: nothing of it stays."""


async def preview_macro(session: Session, doing: Doing, macro_id: UUID) -> MacroPreview:
    """Every act is done and undone again, so that what is said here is what its verb says; one that cannot be done
    keeps the others from nothing. Raises NotFound."""
    macro = await access_macro(session, doing.caller, macro_id, is_usable=True)
    await access_conversation_keys(session, doing.caller, doing.conversation_id)
    found: list[StepPreview] = []
    lacks_label, missing = False, list[Field]()
    conversation = await lock_conversation(session, doing.caller.workspace_id, doing.conversation_id)
    try:
        async with savepoint(session):
            for place in in_order(macro.acts):
                act = macro.acts[place]
                if isinstance(act, StateAct) and act.state == "resolved":
                    readiness = await read_readiness(session, doing.conversation_id)
                    lacks_label, missing = readiness.lacks_label, list(readiness.missing)
                found.append(await _look(session, doing, place, act))
            raise _Seen
    except _Seen:
        pass
    writes = any(map(is_message, macro.acts))
    agent_id = doing.caller.agent_id
    return MacroPreview(
        macro=macro,
        steps=found,
        lacks_label=lacks_label,
        missing=missing,
        needs_review=writes and agent_id is not None and await is_novice(session, agent_id),
        is_opted_out=writes and conversation.is_opted_out,
        hold_s=int(doing.hold.total_seconds()),
    )


async def _look(session: Session, doing: Doing, place: int, act: Act) -> StepPreview:
    pieces, text, language, files = list[FilledPiece](), "", "", list[File]()
    verdict: Verdict = "does"
    refusal: Refusal | None = None
    try:
        async with savepoint(session):
            if isinstance(act, ReplyAct | TemplateAct | NoteAct):
                words = await words_of(session, doing, place, act)
                pieces, language, files = words.pieces, words.language, list(words.files)
                text = await _template_text(session, doing, words.template)
            before, made = await read_standing(session, doing.conversation_id), doing.made
            await do_act(session, doing, place, act)
            after = await read_standing(session, doing.conversation_id)
            verdict = "same" if (before, made) == (after, doing.made) else "does"
    except ThreadlineError as error:
        verdict = "cannot"
        refusal = Refusal(reason=error.reason or error.code, title=error.text, values=dict(error.values))
    return StepPreview(
        place=place,
        act=act,
        verdict=verdict,
        refusal=refusal,
        pieces=pieces,
        text=text,
        language=language,
        files=files,
    )


async def _template_text(session: Session, doing: Doing, act: TemplateAct | None) -> str:
    if act is None:
        return ""
    conversation = await lock_conversation(session, doing.caller.workspace_id, doing.conversation_id)
    content = await complete_content(session, doing.caller.workspace_id, conversation, template_of(act))
    return content.text if isinstance(content, Template) else ""


async def run_macro(session: Session, doing: Doing, macro_id: UUID, wish: Wish) -> bool:
    """All that was not left out, or nothing. False if this run was made before: then nothing is done again.

    Raises NotFound, Conflict (the macro was changed since it was seen), and what the verbs raise.
    """
    caller = doing.caller
    await access_conversation_keys(session, caller, doing.conversation_id)
    if not await begin_run(
        session,
        run_id=doing.run_id,
        macro_id=macro_id,
        conversation_id=doing.conversation_id,
        actor_id=caller.actor_id,
        now=doing.now,
    ):
        await access_run(session, caller, doing.run_id)  # or it is somebody else's, and hidden
        return False
    macro = await access_macro(session, caller, macro_id, is_usable=True)
    if macro.updated_at != wish.updated_at:
        raise Conflict("This macro was changed meanwhile. Look at it once more.", reason="macro_changed")
    await access_conversation_keys(session, caller, doing.conversation_id, is_locked=True)
    before = await read_standing(session, doing.conversation_id)
    await _prepare(session, doing, wish)
    done = await do_acts(session, _at_places(doing, macro.acts, wish), _chosen(macro.acts, wish))
    await keep_run(session, doing.run_id, before=before, after=done.after, made=done.made)
    await _note_use(session, caller, macro_id, doing.now)
    session.record(_event(doing, macro_id, is_undone=False))
    return True


def _chosen(acts: Sequence[Act], wish: Wish) -> list[Act]:
    return [act for place, act in enumerate(acts) if place not in wish.left_out]


def _at_places(doing: Doing, acts: Sequence[Act], wish: Wish) -> Doing:
    """The words of the chosen acts, by their places among these."""
    chosen = [place for place in range(len(acts)) if place not in wish.left_out]
    doing.texts = {new: wish.texts[old] for new, old in enumerate(chosen) if old in wish.texts}
    return doing


async def _prepare(session: Session, doing: Doing, wish: Wish) -> None:
    """What resolving wants to be there first."""
    if wish.label_ids:
        await label_conversation(
            session,
            caller=doing.caller,
            conversation_id=doing.conversation_id,
            add=wish.label_ids,
            remove=[],
            now=doing.now,
            new_id=doing.new_id,
        )
    for field_id, value in wish.fields.items():
        await fill_field(session, doing, field_id, value)


async def _note_use(session: Session, caller: Caller, macro_id: UUID, now: datetime) -> None:
    """What is used lately is offered first. A program has no habits."""
    if caller.agent_id is None:
        return
    before = await read_warmth(session, macro_id=macro_id, agent_id=caller.agent_id)
    await write_warmth(
        session,
        macro_id=macro_id,
        agent_id=caller.agent_id,
        own=warmed(before.own, now),
        of_all=warmed(before.all, now),
    )


async def undo_run(
    session: Session,
    *,
    caller: Caller,
    run_id: UUID,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> tuple[UUID, list[Kept]]:
    """Take one's own run back. The conversation it was in, and what stays: somebody changed it since, or it went out.

    Raises NotFound, Conflict (it was taken back already), and what taking back raises.
    """
    run = await access_run(session, caller, run_id)
    if run.undone_at is not None or run.before is None or run.after is None:
        raise Conflict("This was taken back already.", reason="macro_no_undo")
    doing = Doing(
        caller=caller,
        conversation_id=run.conversation_id,
        run_id=run_id,
        now=now,
        new_id=new_id,
        find_type=find_type,
    )
    _, kept = await take_back(session, doing, Done(run.before, run.after, run.made))
    await mark_undone(session, run_id, now=now)
    session.record(_event(doing, run.macro_id, is_undone=True))
    return run.conversation_id, kept


def _event(doing: Doing, macro_id: UUID, *, is_undone: bool) -> Event:
    return Event(
        id=doing.new_id(),
        workspace_id=doing.caller.workspace_id,
        kind=EventKind.MACRO_RUN,
        at=doing.now,
        conversation_id=doing.conversation_id,
        actor_id=doing.caller.actor_id,
        data={"macro_id": str(macro_id), "run_id": str(doing.run_id), "is_undone": is_undone},
    )
