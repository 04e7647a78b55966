"""Finish an agent's shift: what becomes of each chat and scheduled message of theirs, then they are offline, or gone.

They themselves do it, or somebody for them who may hand out conversations. Afterwards nobody waits for somebody who is
not there. It is done whole or not at all: what is refused is told, each with its reason, and nothing has happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID, uuid5

from threadline.actions.announce_change import announce_by_desk
from threadline.actions.change_agent import AgentChange, change_agent
from threadline.actions.change_conversation import change_conversation
from threadline.actions.check_answer import check_answer
from threadline.actions.do_acts import Common, Doing, Done, take_back
from threadline.actions.hand_over import hand_over
from threadline.actions.schedule_message import record_scheduled
from threadline.actions.set_availability import set_availability
from threadline.actions.snooze_conversation import snooze_conversation
from threadline.channels.contract import ChannelType
from threadline.core.acts import Made
from threadline.core.availability import Availability, AwayReason, Standing
from threadline.core.conversation import OFF_SHIFT, assignment_line
from threadline.core.errors import Conflict, Invalid, NotFound, ThreadlineError
from threadline.core.events import Event, EventKind
from threadline.core.finishing import (
    Choice,
    Going,
    Refused,
    SchedulingChoice,
    check_choice,
    check_receiver,
    check_scheduling,
    stays_assigned,
)
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, RoleName, Visibility, check_may
from threadline.core.scheduled import ScheduledState, check_is_open
from threadline.store import finished_shifts, outgoing, scheduled
from threadline.store.agents import Agent, get_agent
from threadline.store.availabilities import load_standings
from threadline.store.conversations import ConversationKeys, access_conversation_keys, set_assignee
from threadline.store.finished_shifts import FinishedShift, Items, LeftChat, LeftScheduled
from threadline.store.savepoint import savepoint
from threadline.store.scheduled import ScheduledMessage, access_scheduled
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents
from threadline.store.standings import read_standing

_TAKEN_BACK_WITHIN: Final = timedelta(hours=1)
LEFT: Final = Conflict(
    "Whoever wrote this message has gone. Send it, change it or cancel it.", reason="writer_has_gone"
)
"""Why a scheduled message is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWish:
    conversation_id: UUID
    choice: Choice
    assignee_id: UUID | None = None
    """With `team_id`, to whom it is handed; neither: to everybody, in the team where it is."""
    team_id: UUID | None = None
    note: str = ""
    until: datetime | None = None
    """Of a snooze; None: until the customer writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulingWish:
    scheduled_id: UUID
    choice: SchedulingChoice
    agent_id: UUID | None = None
    """Whose it becomes when it is handed over."""


@dataclass(frozen=True, slots=True)
class Finish:
    """One shift while it is finished."""

    caller: Caller
    agent_id: UUID
    going: Going
    finish_id: UUID
    now: datetime
    new_id: NewId
    chats: list[LeftChat] = field(default_factory=list[LeftChat])
    scheduled: list[LeftScheduled] = field(default_factory=list[LeftScheduled])
    refused: list[Refused] = field(default_factory=list[Refused])


@dataclass(frozen=True, slots=True)
class Outcome:
    is_finished: bool
    """False: something was refused, nothing was done, and nobody has gone."""
    refused: Sequence[Refused]
    released_ids: Sequence[UUID]
    """Who waits and was not named – they wrote meanwhile –: everybody's now."""


class _RefusedError(Exception):
    """Takes back what was done before something was refused."""


def check_may_finish(caller: Caller, agent_id: UUID, going: Going = "offline") -> None:
    """Raises Forbidden: one's own shift is one's own; for others whoever hands out conversations does it."""
    if caller.agent_id != agent_id or going == "gone":
        check_may(caller, Permission.CONVERSATIONS_ASSIGN)
    if going == "gone":
        check_may(caller, Permission.AGENTS_MANAGE)


async def finish_shift(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    going: Going,
    chats: Sequence[ChatWish],
    scheduled: Sequence[SchedulingWish],
    finish_id: UUID,
    now: datetime,
    new_id: NewId,
) -> Outcome:
    """What is not named is kept; whoever waits and was not named is given to everybody.

    Of somebody who goes for good nobody may be left out who waits, and no scheduled message.

    Raises NotFound (no such agent), Forbidden, Conflict (somebody or something is left of who goes for good; the last
    admin).
    """
    check_may_finish(caller, agent_id, going)
    agent = await get_agent(session, agent_id)
    before = (await load_standings(session, [agent_id]))[agent_id]
    finish = Finish(caller, agent_id, going, finish_id, now, new_id)
    try:
        async with savepoint(session):
            await _do_wishes(session, finish, chats, scheduled)
    except _RefusedError:
        return Outcome(False, finish.refused, [])
    released = [] if going == "gone" else await _release(session, finish)
    if going == "gone":
        await _end_time_here(session, finish, agent)
    reason = before.reason if before.state is Availability.OFFLINE else AwayReason.NONE
    away = Standing(state=Availability.OFFLINE, reason=reason)
    await set_availability(session, agent_id=agent_id, standing=away, actor_id=caller.actor_id, now=now, new_id=new_id)
    await finished_shifts.insert_finished(
        session,
        finish_id=finish_id,
        agent_id=agent_id,
        actor_id=caller.actor_id,
        now=now,
        previous_state=before.state.value,
        previous_reason=before.reason.value,
        is_gone=going == "gone",
        items=Items(chats=finish.chats, scheduled=finish.scheduled),
    )
    _record(session, finish, released=len(released))
    return Outcome(True, [], released)


async def _do_wishes(
    session: Session, finish: Finish, chats: Sequence[ChatWish], scheduled_wishes: Sequence[SchedulingWish]
) -> None:
    """Every one is tried, so that all that is refused is told at once. Raises _RefusedError if anything is."""
    held = {one.id: one for one in await finished_shifts.lock_chats(session, finish.agent_id)}
    for wish in sorted(chats, key=lambda one: one.conversation_id):
        chat = held.get(wish.conversation_id)
        if chat is None:
            continue  # somebody took it meanwhile, or it is over
        try:
            async with savepoint(session):
                await _do_chat(session, finish, chat, wish)
        except ThreadlineError as error:
            finish.refused.append(_refused(wish.conversation_id, error))
    for one in scheduled_wishes:
        try:
            async with savepoint(session):
                await _do_scheduled(session, finish, one)
        except ThreadlineError as error:
            finish.refused.append(_refused(one.scheduled_id, error))
    if finish.refused:
        raise _RefusedError


def _refused(id: UUID, error: ThreadlineError) -> Refused:
    return Refused(id=id, reason=error.reason or error.code, title=error.text)


def _is_waiting(chat: ConversationKeys) -> bool:
    return chat.waiting_since is not None and chat.paused_at is None


async def _do_chat(session: Session, finish: Finish, chat: ConversationKeys, wish: ChatWish) -> None:
    is_waiting = _is_waiting(chat)
    check_choice(wish.choice, is_waiting=is_waiting)
    before = await read_standing(session, chat.id)
    common = Common(caller=finish.caller, conversation_id=chat.id, now=finish.now, new_id=finish.new_id)
    note_id = None
    match wish.choice:
        case Choice.KEEP:
            await access_conversation_keys(session, finish.caller, chat.id)
            return
        case Choice.HAND:
            await _check_receiver(session, finish, wish.assignee_id, is_waiting=is_waiting)
            note_id = await hand_over(
                session,
                **common,
                assignee_id=wish.assignee_id,
                team_id=wish.team_id,
                note=wish.note.strip(),
                client_id=uuid5(finish.finish_id, str(chat.id)),
            )
        case Choice.SNOOZE:
            await snooze_conversation(session, **common, until=wish.until)
            if not stays_assigned(wish.choice, is_waiting=is_waiting):
                await change_conversation(session, **common, state=None, assignee_id=None)
        case Choice.RESOLVE:
            await change_conversation(session, **common, state="resolved", assignee_id="keep")
        case _:
            assert_never(wish.choice)
    made = Made(note_ids=[] if note_id is None else [note_id])
    after = await read_standing(session, chat.id)
    finish.chats.append(LeftChat(conversation_id=chat.id, before=before, after=after, made=made))


async def _check_receiver(session: Session, finish: Finish, receiver_id: UUID | None, *, is_waiting: bool) -> None:
    if receiver_id is None:
        return
    try:
        receiver = await get_agent(session, receiver_id)
    except NotFound as error:
        raise Invalid(error.text, field="assignee_id", reason=error.reason) from None
    check_receiver(
        is_self=receiver_id == finish.agent_id,
        is_active=receiver.is_active,
        state=receiver.availability,
        is_waiting=is_waiting,
    )


async def _do_scheduled(session: Session, finish: Finish, wish: SchedulingWish) -> None:
    before = await access_scheduled(session, finish.caller, wish.scheduled_id)
    if before.agent_id != finish.agent_id:
        return  # it is somebody else's by now
    check_is_open(before.state)
    check_scheduling(wish.choice, going=finish.going, state=before.state)
    match wish.choice:
        case SchedulingChoice.KEEP:
            return
        case SchedulingChoice.HOLD:
            await scheduled.hold_scheduled(session, before.id, reason=LEFT.reason, text=LEFT.text)
            after_id, after_state = finish.agent_id, ScheduledState.HELD
        case SchedulingChoice.HAND:
            after_id, after_state = await _check_writes_there(session, finish, wish, before), before.state
            await finished_shifts.give_scheduled(session, before.id, agent_id=after_id, state=before.state)
        case _:
            assert_never(wish.choice)
    finish.scheduled.append(
        LeftScheduled(
            id=before.id,
            agent_id=finish.agent_id,
            state=before.state.value,
            after_agent_id=after_id,
            after_state=after_state.value,
        )
    )
    await _tell_scheduled(session, finish, before, state=after_state.value)


async def _check_writes_there(session: Session, finish: Finish, wish: SchedulingWish, before: ScheduledMessage) -> UUID:
    """Who is to send it may, or it would be held when its time comes. Raises Invalid."""
    receiver_id = wish.agent_id
    caller = None
    if receiver_id is not None and receiver_id != finish.agent_id:
        caller = (await callers_of_agents(session, [receiver_id])).get(receiver_id)
    refusal = Invalid(
        "This person may not write in this conversation. Choose somebody else.",
        field="agent_id",
        reason="receiver_may_not_write",
    )
    if caller is None or receiver_id is None or not caller.may(Permission.MESSAGES_SEND):
        raise refusal
    try:
        await check_answer(session, caller=caller, conversation_id=before.conversation_id)
    except ThreadlineError:
        raise refusal from None
    return receiver_id


async def _tell_scheduled(session: Session, finish: Finish, one: ScheduledMessage, *, state: str) -> None:
    """The figures of the conversation and the feed. Whoever has gone is not told of what they left."""
    await scheduled.count_on_conversation(session, one.conversation_id)
    conversation = await outgoing.lock_conversation(session, finish.caller.workspace_id, one.conversation_id)
    record_scheduled(
        session,
        conversation,
        scheduled_id=one.id,
        state=state,
        actor_id=finish.caller.actor_id,
        now=finish.now,
        new_id=finish.new_id,
    )


async def _release(session: Session, finish: Finish) -> list[UUID]:
    """Who waits and was not named waits for everybody."""
    released: list[UUID] = []
    for chat in await finished_shifts.lock_chats(session, finish.agent_id):
        if not _is_waiting(chat):
            continue
        before = await read_standing(session, chat.id)
        await set_assignee(session, conversation_id=chat.id, assignee_id=None)
        await announce_by_desk(
            session,
            workspace_id=finish.caller.workspace_id,
            conversation=chat,
            lines=[assignment_line(finish.agent_id, None, reason=OFF_SHIFT)],
            state=chat.state,
            now=finish.now,
            new_id=finish.new_id,
        )
        after = await read_standing(session, chat.id)
        finish.chats.append(LeftChat(conversation_id=chat.id, before=before, after=after))
        released.append(chat.id)
    return released


async def _end_time_here(session: Session, finish: Finish, agent: Agent) -> None:
    """They do not work here any more. `change_agent` refuses while anybody waits for them."""
    change = AgentChange(
        role=RoleName(agent.role),
        role_id=agent.role_id,
        sees=agent.sees,
        channel_ids=agent.channel_ids,
        is_active=False,
    )
    await change_agent(
        session, caller=finish.caller, agent_id=agent.id, change=change, now=finish.now, new_id=finish.new_id
    )


def _record(session: Session, finish: Finish, *, released: int = 0, is_undone: bool = False) -> None:
    session.record(
        Event(
            id=finish.new_id(),
            workspace_id=finish.caller.workspace_id,
            kind=EventKind.SHIFT_FINISHED,
            at=finish.now,
            agent_id=finish.agent_id,
            actor_id=finish.caller.actor_id,
            data={
                "finish_id": str(finish.finish_id),
                "is_gone": finish.going == "gone",
                "is_undone": is_undone,
                "chats": len(finish.chats),
                "scheduled": len(finish.scheduled),
                "released": released,
            },
        )
    )


async def undo_finish(
    session: Session,
    *,
    caller: Caller,
    finish_id: UUID,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> int:
    """Within the hour, by whoever said it: everything as it was, except what somebody changed since.

    Returns how many chats and messages stay as they are. Raises NotFound, Conflict (too late, done before, or they do
    not work here any more).
    """
    finished = await finished_shifts.access_finished(session, caller, finish_id)
    if finished.undone_at is not None:
        return 0
    if finished.is_gone or finished.finished_at < now - _TAKEN_BACK_WITHIN:
        raise Conflict("This cannot be taken back any more.", reason="finish_stays")
    await finished_shifts.mark_undone(session, finish_id, now=now)
    finish = Finish(caller, finished.agent_id, "offline", finish_id, now, new_id)
    await _come_back(session, finish, finished)
    # What one gave away is not one's own any more; it comes back all the same where nobody touched it since.
    giver = replace(caller, permissions=caller.permissions | {Permission.CONVERSATIONS_ASSIGN}, visibility=Visibility())
    kept = 0
    for chat in sorted(finished.items.chats, key=lambda one: one.conversation_id):
        doing = Doing(
            caller=giver,
            conversation_id=chat.conversation_id,
            run_id=finish_id,
            now=now,
            new_id=new_id,
            find_type=find_type,
        )
        try:
            async with savepoint(session):
                _, stays = await take_back(session, doing, Done(chat.before, chat.after, chat.made))
                kept += bool(stays)
        except ThreadlineError:
            kept += 1
    for one in finished.items.scheduled:
        kept += not await _give_back_scheduled(session, finish, one)
    _record(session, finish, is_undone=True)
    return kept


async def _come_back(session: Session, finish: Finish, finished: FinishedShift) -> None:
    """As they were, unless another state was said since."""
    standing = (await load_standings(session, [finish.agent_id]))[finish.agent_id]
    if standing.state is not Availability.OFFLINE or finished.previous_state == "offline":
        return
    before = Standing(state=Availability(finished.previous_state), reason=AwayReason(finished.previous_reason))
    await set_availability(
        session,
        agent_id=finish.agent_id,
        standing=before,
        actor_id=finish.caller.actor_id,
        now=finish.now,
        new_id=finish.new_id,
    )


async def _give_back_scheduled(session: Session, finish: Finish, one: LeftScheduled) -> bool:
    """False if it was changed, sent or cancelled since, or its time is over."""
    found = await scheduled.find_scheduled(session, one.id)
    if found is None:
        return False
    found = await scheduled.lock_scheduled(session, one.id, found.conversation_id)
    if found is None or (found.agent_id, found.state.value) != (one.after_agent_id, one.after_state):
        return False
    if found.due_at <= finish.now and one.state == ScheduledState.WAITING.value:
        return False
    await finished_shifts.give_scheduled(session, one.id, agent_id=one.agent_id, state=ScheduledState(one.state))
    await _tell_scheduled(session, finish, found, state=one.state)
    return True
