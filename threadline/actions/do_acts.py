"""Do acts in a conversation, each by the verb that does it alone; and take them back.

In one transaction: either all of them are done, or none. What one adds – an answer, a note, a task – is remembered by
its id, so that undoing finds it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypedDict, assert_never
from uuid import UUID, uuid5

import msgspec

from threadline.actions.add_note import add_note
from threadline.actions.ask_for_review import Addressee, ask_for_review, withdraw_review
from threadline.actions.ask_for_skills import ask_for_skills
from threadline.actions.call_webhook import call_webhook
from threadline.actions.change_contact import change_contact
from threadline.actions.change_conversation import change_conversation
from threadline.actions.check_answer import check_answer
from threadline.actions.create_task import TaskWish, create_task
from threadline.actions.discard_message import discard_message
from threadline.actions.discard_task import discard_task
from threadline.actions.fill_fields import fill_conversation_fields
from threadline.actions.label_conversation import label_conversation
from threadline.actions.send_message import send_message
from threadline.actions.set_priority import set_priority
from threadline.actions.snooze_conversation import snooze_conversation
from threadline.actions.stage_conversation import stage_conversation
from threadline.actions.take_reply_files import contents_of
from threadline.actions.undo_change import undo_change
from threadline.actions.use_saved_reply import fill_saved_reply
from threadline.actions.warn_of_repeat import count_sent_text
from threadline.actions.withdraw_note import withdraw_note
from threadline.channels.contract import ChannelType
from threadline.core import undo
from threadline.core.acts import (
    Act,
    AssignAct,
    FieldAct,
    FieldChange,
    Kept,
    LabelsAct,
    Made,
    NoteAct,
    PriorityAct,
    PutBack,
    ReplyAct,
    SkillsAct,
    SnoozeAct,
    StageAct,
    Standing,
    StateAct,
    TaskAct,
    TeamAct,
    TemplateAct,
    WebhookAct,
    in_order,
    restoring,
    template_of,
)
from threadline.core.content import Content, ReplyUse, TemplateValue, Text
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, Forbidden, Invalid, NotFound, ThreadlineError
from threadline.core.field import Field, FieldValue
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, author_of, check_may
from threadline.core.personal import Address
from threadline.core.saved_reply import FilledPiece, fill_text, has_places, values_of
from threadline.core.task import TaskKind
from threadline.store.conversations import access_conversation_keys
from threadline.store.fields import list_fields
from threadline.store.fields import values_of as field_values_of
from threadline.store.files import File
from threadline.store.outgoing import lock_conversation
from threadline.store.reviews import is_novice
from threadline.store.saved_replies import Customer, read_customer
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.standings import read_standing
from threadline.store.tasks import list_patterns
from threadline.store.teams import get_team

BY_RULE: Final = "rule"
"""The mark of what a rule says: nobody looked at it, it is no answer to the clock, and reopens nothing."""


def desk_of(session: Session, rule_id: UUID) -> Caller:
    """The desk by itself, for a rule: it sees and may everything; what customers want is respected by each verb."""
    assert session.workspace_id is not None
    return Caller(session.workspace_id, frozenset(Permission), rule_id=rule_id)


@dataclass(slots=True)
class Doing:
    """One conversation under acts: in whose name, and what was added so far."""

    caller: Caller
    conversation_id: UUID
    run_id: UUID
    """The ids that messages and reviews have as the client's follow from it: run again, they are the same ones."""
    now: datetime
    new_id: NewId
    find_type: Callable[[str], ChannelType]
    hold: timedelta = timedelta(0)
    """As long answers can still be taken back."""
    texts: Mapping[int, str] = field(default_factory=dict[int, str])
    """What the agent made of the words of the act at this place; absent: they are filled as they are."""
    message_ids: list[UUID] = field(default_factory=list[UUID])
    note_ids: list[UUID] = field(default_factory=list[UUID])
    task_ids: list[UUID] = field(default_factory=list[UUID])
    review_ids: list[UUID] = field(default_factory=list[UUID])
    call_ids: list[UUID] = field(default_factory=list[UUID])
    fields: list[FieldChange] = field(default_factory=list[FieldChange])

    @property
    def made(self) -> Made:
        return Made(
            message_ids=list(self.message_ids),
            note_ids=list(self.note_ids),
            task_ids=list(self.task_ids),
            review_ids=list(self.review_ids),
            call_ids=list(self.call_ids),
            fields=list(self.fields),
        )


@dataclass(frozen=True, slots=True)
class Done:
    before: Standing
    after: Standing
    made: Made

    @property
    def is_anything(self) -> bool:
        return self.before != self.after or self.made != Made()


async def do_acts(session: Session, doing: Doing, acts: Sequence[Act]) -> Done:
    """All of them in their order (core/acts.py). Raises what the verbs raise: then nothing was done."""
    async with savepoint(session):
        await access_conversation_keys(session, doing.caller, doing.conversation_id)
        before = await read_standing(session, doing.conversation_id)
        for place in in_order(acts):
            await do_act(session, doing, place, acts[place])
        return Done(before, await read_standing(session, doing.conversation_id), doing.made)


async def do_act(session: Session, doing: Doing, place: int, act: Act) -> None:
    """One of them, the one at this place. Raises Forbidden, and what its verb raises."""
    match act:
        case ReplyAct() | TemplateAct():
            await _send(session, doing, place, await words_of(session, doing, place, act))
            return
        case NoteAct():
            await _note(session, doing, await words_of(session, doing, place, act))
            return
        case _:
            check_may(doing.caller, Permission.CONVERSATIONS_CHANGE)
    common = _common(doing)
    match act:
        case StateAct(state=state):
            await change_conversation(session, **common, state=state, assignee_id="keep")
        case AssignAct():
            await change_conversation(session, **common, state=None, assignee_id=_assignee(doing.caller, act))
        case TeamAct(team_id=team_id):
            await _move(session, doing, team_id)
        case LabelsAct(add=add, remove=remove):
            await label_conversation(session, **common, add=add, remove=remove)
        case SkillsAct(add=add, remove=remove):
            await ask_for_skills(session, **common, add=add, remove=remove)
        case PriorityAct(priority=priority):
            await set_priority(session, **common, priority=priority)
        case StageAct(stage_id=stage_id):
            await stage_conversation(session, **common, stage_id=stage_id)
        case SnoozeAct(until=until, in_minutes=in_minutes):
            until = until if in_minutes is None else doing.now + timedelta(minutes=in_minutes)
            await snooze_conversation(session, **common, until=until)
        case FieldAct(field_id=field_id, value=value):
            await fill_field(session, doing, field_id, value)
        case TaskAct():
            await _make_task(session, doing, act)
        case WebhookAct():
            await _call(session, doing, place, act)
        case _:
            assert_never(act)


class Common(TypedDict):
    """What every verb of a conversation is told."""

    caller: Caller
    conversation_id: UUID
    now: datetime
    new_id: NewId


def _common(doing: Doing) -> Common:
    return Common(caller=doing.caller, conversation_id=doing.conversation_id, now=doing.now, new_id=doing.new_id)


# Words -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """What an act says, filled with the values of this customer."""

    pieces: list[FilledPiece]
    """Of a template: none; its text is the provider's."""
    language: str = ""
    files: Sequence[File] = ()
    uses: tuple[ReplyUse, ...] = ()
    template: TemplateAct | None = None

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


async def words_of(session: Session, doing: Doing, place: int, act: ReplyAct | TemplateAct | NoteAct) -> Words:
    """Raises Invalid for a saved reply that is gone, or that this agent does not have."""
    caller, conversation_id = doing.caller, doing.conversation_id
    customer = await read_customer(session, caller, conversation_id=conversation_id, now=doing.now)
    match act:
        case TemplateAct():
            return Words([], act.language, template=_filled_template(act, customer))
        case ReplyAct(reply_id=UUID() as reply_id):
            try:
                reply = await fill_saved_reply(
                    session, caller=caller, reply_id=reply_id, conversation_id=conversation_id, customer=customer
                )
            except NotFound:
                raise Invalid("This saved reply does not exist any more.", reason="no_such_reply") from None
            chosen = reply.variants[0]
            uses = (ReplyUse(reply_id=reply_id, variant=chosen.variant),)
            words = Words(chosen.pieces, reply.language, files=reply.files, uses=uses)
        case ReplyAct(text=text) | NoteAct(text=text):
            words = Words(fill_text(text, values_of(customer.names)))
    edited = doing.texts.get(place)
    if edited is None:
        return words
    return replace(words, pieces=[FilledPiece(text=edited.strip())])


def _filled_template(act: TemplateAct, customer: Customer) -> TemplateAct:
    def fill(values: Sequence[TemplateValue]) -> list[TemplateValue]:
        known = values_of(customer.names, act.language)
        return [
            msgspec.structs.replace(one, value="".join(piece.text for piece in fill_text(one.value, known)))
            for one in values
        ]

    return msgspec.structs.replace(
        act,
        header_values=fill(act.header_values),
        body_values=fill(act.body_values),
        button_values=fill(act.button_values),
    )


def _check_filled(texts: Sequence[str]) -> None:
    """Braces are nothing to greet somebody with."""
    if any(map(has_places, texts)):
        raise Conflict("Something is still to be filled in.", reason="place_unfilled")


async def _send(session: Session, doing: Doing, place: int, words: Words) -> None:
    """By the composer's way: whoever needs a review asks for one; a hold lets it be taken back."""
    caller = doing.caller
    check_may(caller, Permission.MESSAGES_SEND)
    contents = await _contents_of(session, doing, words)
    if caller.agent_id is not None and await is_novice(session, caller.agent_id):
        review_id = uuid5(doing.run_id, f"review {place}")
        await ask_for_review(
            session,
            caller=caller,
            agent_id=caller.agent_id,
            conversation_id=doing.conversation_id,
            review_id=review_id,
            contents=contents,
            quoted_id=None,
            addressee=Addressee(),
            note="",
            now=doing.now,
            new_id=doing.new_id,
            find_type=doing.find_type,
        )
        doing.review_ids.append(review_id)
        return
    await check_answer(session, caller=caller, conversation_id=doing.conversation_id)
    is_by_rule = caller.rule_id is not None
    for part, content in enumerate(contents):
        sent = await send_message(
            session,
            workspace_id=caller.workspace_id,
            conversation_id=doing.conversation_id,
            author=author_of(caller),
            content=content,
            client_id=uuid5(doing.run_id, f"message {place} {part}"),
            now=doing.now,
            new_id=doing.new_id,
            find_type=doing.find_type,
            actor_id=caller.actor_id,
            hold=doing.hold,
            is_unattended=is_by_rule,
            reopens=not is_by_rule,
            automatic=BY_RULE if is_by_rule else None,
        )
        doing.message_ids.append(sent.id)
        if not is_by_rule:
            await count_sent_text(
                session,
                caller=caller,
                conversation_id=doing.conversation_id,
                source_id=sent.id,
                content=content,
                now=doing.now,
            )


async def _contents_of(session: Session, doing: Doing, words: Words) -> list[Content]:
    if words.template is not None:
        template = template_of(words.template)
        values = (*template.header_values, *template.body_values, *template.button_values)
        _check_filled([one.value for one in values])
        return [template]
    _check_filled([words.text])
    conversation = await lock_conversation(session, doing.caller.workspace_id, doing.conversation_id)
    capabilities = doing.find_type(conversation.channel_type).manifest.capabilities
    contents = contents_of(words.text, words.files, capabilities, uses=words.uses)
    if not contents:
        raise Invalid("Write the answer, or choose a saved reply.", reason="act_needs_reply")
    return contents


async def _note(session: Session, doing: Doing, words: Words) -> None:
    check_may(doing.caller, Permission.MESSAGES_SEND)
    _check_filled([words.text])
    note = await add_note(
        session,
        workspace_id=doing.caller.workspace_id,
        conversation_id=doing.conversation_id,
        author=author_of(doing.caller),
        content=Text(text=words.text),
        client_id=None,
        now=doing.now,
        new_id=doing.new_id,
    )
    doing.note_ids.append(note.id)


# What else is done -------------------------------------------------------------------------------------------------


def _assignee(caller: Caller, act: AssignAct) -> UUID | None:
    return _me(caller) if act.is_me else act.assignee_id


def _me(caller: Caller) -> UUID:
    if caller.agent_id is None:
        raise Forbidden("A token without an agent takes nothing.", reason="sign_in_for_it")
    return caller.agent_id


async def _move(session: Session, doing: Doing, team_id: UUID | None) -> None:
    """To a team's queue; with whoever has it, if they are of the team."""
    conversation = await access_conversation_keys(session, doing.caller, doing.conversation_id, is_locked=True)
    members = [] if team_id is None else (await get_team(session, team_id)).member_ids
    stays = conversation.assignee_id is None or team_id is None or conversation.assignee_id in members
    assignee_id = "keep" if stays else None
    await change_conversation(session, **_common(doing), state=None, assignee_id=assignee_id, team_id=team_id)


async def fill_field(session: Session, doing: Doing, field_id: UUID, value: FieldValue | None) -> None:
    """Of the conversation or of its contact. What stood there is remembered."""
    known = await _find_field(session, field_id)
    conversation = await access_conversation_keys(session, doing.caller, doing.conversation_id, is_locked=True)
    owner_id = conversation.id if known.owner == "conversation" else conversation.contact_id
    before = await _value_of(session, known, owner_id)
    if known.owner == "conversation":
        await fill_conversation_fields(session, **_common(doing), fields={field_id: value})
    else:
        check_may(doing.caller, Permission.CONTACTS_CHANGE)
        await change_contact(
            session,
            caller=doing.caller,
            contact_id=conversation.contact_id,
            facts={},
            fields={field_id: value},
            now=doing.now,
            new_id=doing.new_id,
        )
    after = await _value_of(session, known, owner_id)
    if before != after:
        doing.fields.append(FieldChange(field_id=field_id, before=before, after=after))


async def _find_field(session: Session, field_id: UUID) -> Field:
    for one in await list_fields(session):
        if one.id == field_id and one.owner != "company":
            return one
    raise Invalid("This field does not exist any more.", field="fields", reason="no_such_field")


async def _value_of(session: Session, known: Field, owner_id: UUID) -> FieldValue | None:
    connection, workspace_id = await session.raw(), session.workspace_id
    assert workspace_id is not None
    found = (await field_values_of(connection, workspace_id, known.owner, [owner_id])).get(owner_id, {})
    value = found.get(str(known.id))
    return value.whole if isinstance(value, Address) else value


async def _make_task(session: Session, doing: Doing, act: TaskAct) -> None:
    patterns = [] if act.pattern_id is None else await list_patterns(session)
    pattern = next((one for one in patterns if one.id == act.pattern_id), None)
    if act.pattern_id is not None and pattern is None:
        raise Invalid("This pattern does not exist any more.", reason="no_such_pattern")
    due_in = act.due_in_minutes if act.due_in_minutes is not None else pattern and pattern.due_in_minutes
    due_at = None if due_in is None else doing.now + timedelta(minutes=due_in)
    before = pattern and pattern.remind_before_minutes
    remind_at = None if due_at is None or before is None else due_at - timedelta(minutes=before)
    task_id = await create_task(
        session,
        **_common(doing),
        wish=TaskWish(
            kind=TaskKind.TASK if pattern is None else pattern.kind,
            title=act.title if pattern is None else pattern.title,
            note="",
            owner_id=_me(doing.caller) if act.is_mine else act.owner_id,
            due_at=due_at,
            remind_at=remind_at if remind_at is not None and remind_at > doing.now else None,
            checklist=[] if pattern is None else pattern.checklist,
            message_ids=[],
        ),
    )
    doing.task_ids.append(task_id)


async def _call(session: Session, doing: Doing, place: int, act: WebhookAct) -> None:
    """Once for this run, however often it begins."""
    if doing.caller.rule_id is None:
        raise Forbidden("Only a rule calls a webhook.", reason="act_only_of_rules")
    key = uuid5(doing.run_id, f"webhook {place}")
    is_new = await call_webhook(
        session,
        webhook_id=act.webhook_id,
        conversation_id=doing.conversation_id,
        key=key,
        facts={"rule_id": str(doing.caller.rule_id), "run_id": str(doing.run_id)},
        takes_answer=act.takes_answer,
        now=doing.now,
        new_id=doing.new_id,
    )
    if is_new:
        doing.call_ids.append(key)


# Back again --------------------------------------------------------------------------------------------------------


async def take_back(session: Session, doing: Doing, done: Done) -> tuple[bool, list[Kept]]:
    """Everything as it was, except what somebody changed since and what has gone out.

    True if anything was restored, and what stays. Raises NotFound (it is not seen any more), Forbidden, Conflict (a
    newer one is open in its place).
    """
    await access_conversation_keys(session, doing.caller, doing.conversation_id, is_locked=True)
    kept: list[Kept] = []
    made = done.made
    steps: list[tuple[Kept, Callable[[], Awaitable[None]]]] = [
        *(("message", partial(_discard, session, doing, one)) for one in reversed(made.message_ids)),
        *(("review", partial(_withdraw, session, doing, one)) for one in made.review_ids),
        *(("note", partial(_strike, session, doing, one)) for one in made.note_ids),
        *(("task", partial(_drop, session, doing, one)) for one in made.task_ids),
        *(("field", partial(_give_back, session, doing, one)) for one in made.fields),
    ]
    restored = 0
    for what, step in steps:
        try:
            async with savepoint(session):
                await step()
            restored += 1
        except ThreadlineError:
            kept.append(what)
    back, stays = restoring(done.before, done.after, await read_standing(session, doing.conversation_id))
    for one in back:
        await _restore(session, doing, one)
    return restored + len(back) > 0, [*dict.fromkeys(kept), *stays]


async def _discard(session: Session, doing: Doing, message_id: UUID) -> None:
    await discard_message(
        session,
        workspace_id=doing.caller.workspace_id,
        message_id=message_id,
        now=doing.now,
        new_id=doing.new_id,
        actor_id=doing.caller.actor_id,
    )


async def _withdraw(session: Session, doing: Doing, review_id: UUID) -> None:
    await withdraw_review(
        session,
        caller=doing.caller,
        agent_id=_me(doing.caller),
        review_id=review_id,
        now=doing.now,
        new_id=doing.new_id,
    )


async def _strike(session: Session, doing: Doing, note_id: UUID) -> None:
    await withdraw_note(session, caller=doing.caller, message_id=note_id, now=doing.now, new_id=doing.new_id)


async def _drop(session: Session, doing: Doing, task_id: UUID) -> None:
    await discard_task(session, caller=doing.caller, task_id=task_id, now=doing.now, new_id=doing.new_id)


async def _give_back(session: Session, doing: Doing, change: FieldChange) -> None:
    known = await _find_field(session, change.field_id)
    conversation = await access_conversation_keys(session, doing.caller, doing.conversation_id, is_locked=True)
    owner_id = conversation.id if known.owner == "conversation" else conversation.contact_id
    if await _value_of(session, known, owner_id) != change.after:
        raise Conflict("Somebody changed this since.", reason="changed_since")
    await fill_field(session, doing, change.field_id, change.before)


async def _restore(session: Session, doing: Doing, one: Act | PutBack) -> None:
    if isinstance(one, PutBack):
        await undo_change(session, **_common(doing), before=_place(one.before), after=_place(one.after))
    else:
        await do_act(session, doing, 0, one)


def _place(standing: Standing) -> undo.Standing:
    """State, snooze and stage; who has it is not their affair."""
    return undo.Standing(
        state=ConversationState(standing.state),
        snoozed_until=standing.snoozed_until,
        assignee_id=None,
        team_id=None,
        stage_id=standing.stage_id,
    )
