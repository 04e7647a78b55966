"""Begin a discussion beside a conversation, with a subject, a first note and those who are to be in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.actions.announce_discussion import announce_guests, tell_members
from threadline.actions.find_blind import find_blind
from threadline.core.content import Line, Mention
from threadline.core.discussion import EntryKind, check_count
from threadline.core.errors import Conflict, Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.store.conversations import access_conversation_keys
from threadline.store.discussions import NewNote, add_members, insert_discussion, insert_note, set_read
from threadline.store.mentions import find_agent_names, find_members
from threadline.store.session import Session


async def start_discussion(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    conversation_id: UUID,
    discussion_id: UUID,
    subject: str,
    text: str,
    agent_ids: Sequence[UUID],
    team_ids: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> None:
    """A team is its members of now. `discussion_id` is the client's own: a repeat is the same discussion.

    The thread tells that there is one, and nothing of what is in it; its place in lists and its clocks stay.
    Raises NotFound, Invalid (nobody else, too many, somebody who is not here), Conflict (somebody of other channels).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    chosen = await choose_members(
        session, caller=caller, conversation_id=conversation_id, agent_ids=agent_ids, team_ids=team_ids
    )
    member_ids = list(dict.fromkeys([agent_id, *chosen]))
    check_count(len(member_ids))
    is_new = await insert_discussion(
        session,
        discussion_id=discussion_id,
        conversation_id=conversation_id,
        subject=subject,
        started_by=agent_id,
        now=now,
    )
    if not is_new:
        return
    guests = (await find_blind(session, caller, conversation_id, member_ids)).agent_ids
    await add_members(
        session,
        discussion_id=discussion_id,
        conversation_id=conversation_id,
        agent_ids=member_ids,
        added_by=agent_id,
        now=now,
    )
    for seq, (kind, words) in enumerate([(EntryKind.STARTED, subject), (EntryKind.NOTE, text)], 1):
        note = NewNote(
            id=new_id(),
            discussion_id=discussion_id,
            conversation_id=conversation_id,
            seq=seq,
            kind=kind,
            author_id=agent_id,
            text=words,
            mentions=await name_members(session, words, member_ids) if kind is EntryKind.NOTE else (),
            at=now,
        )
        await insert_note(session, note)
    await set_read(session, discussion_id=discussion_id, agent_id=agent_id, seq=2)
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=Line(what="discussion_started", data={"discussion_id": str(discussion_id)}),
        data={},
        author=author_of(caller),
        actor_id=caller.actor_id,
        seq=conversation.last_seq + 1,
        now=now,
        new_id=new_id,
    )
    await announce_guests(
        session,
        caller=caller,
        conversation=conversation,
        agent_ids=guests,
        is_added=True,
        seq=conversation.last_seq + 1,
        now=now,
        new_id=new_id,
    )
    for what, told in (("news", [one for one in member_ids if one != agent_id]), ("changed", [agent_id])):
        tell_members(
            session,
            caller=caller,
            discussion_id=discussion_id,
            conversation_id=conversation_id,
            agent_ids=told,
            what=what,
            now=now,
            new_id=new_id,
        )


async def choose_members(
    session: Session, *, caller: Caller, conversation_id: UUID, agent_ids: Sequence[UUID], team_ids: Sequence[UUID]
) -> list[UUID]:
    """Those who were chosen by name, then the members of teams; of these without those who work on other channels.

    Raises Invalid for somebody who is not here, and Conflict for one chosen by name who works on other channels.
    """
    members = await find_members(session, team_ids) if team_ids else []
    here = await find_agent_names(session, [*agent_ids, *members])
    if any(one not in here for one in agent_ids):
        raise Invalid("This person is not in the workspace.", field="agent_ids", reason="person_not_here")
    wanted = [one for one in dict.fromkeys([*agent_ids, *members]) if one in here]
    walled = (await find_blind(session, caller, conversation_id, wanted)).walled_ids
    if any(one in walled for one in agent_ids):
        raise Conflict("This person works on other channels only. An admin can change that.", reason="channel_wall")
    return [one for one in wanted if one not in walled]


async def name_members(session: Session, text: str, member_ids: Sequence[UUID]) -> list[Mention]:
    """Whom of those in it a text names, as `@name`; the longest name counts where two begin alike."""
    if "@" not in text:
        return []
    names = await find_agent_names(session, member_ids)
    found: dict[UUID, Mention] = {}
    for agent_id, name in sorted(names.items(), key=lambda one: -len(one[1])):
        if f"@{name}" in text:
            text = text.replace(f"@{name}", "")
            found[agent_id] = Mention(kind="agent", id=agent_id, name=name)
    return list(found.values())
