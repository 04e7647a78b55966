"""Drafts on the server, and colleagues named in notes."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.add_note import add_note
from threadline.actions.mention_colleagues import Unseeing, mention_colleagues, resolve_mentions, see_own_mentions
from threadline.actions.save_draft import clear_sent_draft, save_draft
from threadline.actions.withdraw_note import withdraw_note
from threadline.core.content import Mention, Text
from threadline.core.errors import Conflict, Forbidden, Invalid, NotFound
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller, Permission, Visibility
from threadline.infra.clock import new_id, utc_now
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.drafts import Draft, list_drafts
from threadline.store.mentions import list_unseen
from threadline.store.notifications import load_concerned
from threadline.store.session import Role
from threadline.store.views import count_views

pytestmark = pytest.mark.asyncio


async def test_what_was_written_last_stands_whichever_device_comes_last(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    assert (await _save(desk, customer, "Hello")).text == "Hello"
    late = await _save(desk, customer, "Older, from a train", age=timedelta(minutes=5))
    assert late.text == "Hello", "the device learns what stands instead"
    await _save(desk, customer, "A note", mode="note")
    assert {(one.mode, one.text) for one in await _drafts(desk)} == {("reply", "Hello"), ("note", "A note")}
    assert (await _save(desk, customer, "  \n ")).text == ""
    assert (await _save(desk, customer, "Sent long ago", age=timedelta(minutes=5))).text == ""
    assert [one.mode for one in await _drafts(desk)] == ["note"]


async def test_devices_are_told_that_there_is_one_not_each_letter(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    for text in ("H", "He", "Hello", "", ""):
        await _save(desk, customer, text)
    assert [event["is_there"] for event in await desk.events("draft_changed")] == [True, False]


async def test_the_view_shows_own_drafts_where_one_still_sees_the_conversation(desk: Desk) -> None:
    ana, _ = await desk.add_customer("ana"), await desk.add_customer("bo")
    await _save(desk, ana, "Hello")
    assert await _listed(desk, ListView.DRAFTS, _caller(desk)) == [ana.conversation_id]
    other = Caller(desk.workspace_id, frozenset(Permission), agent_id=await _colleague(desk))
    assert await _listed(desk, ListView.DRAFTS, other) == []
    blind = Caller(desk.workspace_id, frozenset(Permission), Visibility(channel_ids=frozenset()), desk.agent_id)
    assert await _listed(desk, ListView.DRAFTS, blind) == []
    with pytest.raises(NotFound):
        await _save(desk, ana, "x", caller=blind)


async def test_who_is_named_finds_it_in_a_view_until_they_look(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    colleague_id = await _colleague(desk)
    message_id = await _note(desk, customer, Mention(kind="agent", id=colleague_id))
    colleague = Caller(desk.workspace_id, frozenset(Permission), agent_id=colleague_id)
    assert await _listed(desk, ListView.MENTIONS, colleague) == [customer.conversation_id]
    assert await _unseen(desk, colleague) == [customer.conversation_id]
    assert await _unseen(desk, _caller(desk)) == []
    async with desk.database.transaction(Role.ENGINE) as session:
        key = (customer.conversation_id, message_id)
        found = await load_concerned(await session.raw(), workspace_id=desk.workspace_id, message_of=[key])
    assert list(found[key].mentioned_ids) == []  # the customer's message is no note
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        for _ in range(2):
            await see_own_mentions(
                session,
                caller=colleague,
                agent_id=colleague_id,
                conversation_id=customer.conversation_id,
                now=utc_now(),
                new_id=new_id,
            )
    assert await _unseen(desk, colleague) == []
    assert await _listed(desk, ListView.MENTIONS, colleague) == [customer.conversation_id]
    assert len(await desk.events("mentions_changed")) == 2


async def test_a_team_is_each_of_its_members(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    inside, outside = await _colleague(desk), await _colleague(desk)
    team_id = await _team(desk, inside, desk.agent_id)
    await _note(desk, customer, Mention(kind="team", id=team_id))
    for agent_id, expected in ((inside, 1), (outside, 0), (desk.agent_id, 0)):
        caller = Caller(desk.workspace_id, frozenset(Permission), agent_id=agent_id)
        assert len(await _unseen(desk, caller)) == expected


async def test_who_is_gone_or_may_not_see_it_is_said_before(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    with pytest.raises(Invalid):
        await _note(desk, customer, Mention(kind="agent", id=new_id()))
    blind = await _colleague(desk, sees="assigned")
    with pytest.raises(Conflict) as asked:
        await _note(desk, customer, Mention(kind="agent", id=blind))
    assert (asked.value.reason, asked.value.values) == ("mention_unseen", {"names": "Jo", "agent_ids": str(blind)})


async def test_who_is_asked_in_is_told_and_who_stays_outside_is_not(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    guest, outsider = await _colleague(desk, sees="assigned"), await _colleague(desk, sees="assigned")
    mentions = (Mention(kind="agent", id=guest), Mention(kind="agent", id=outsider))
    await _note(desk, customer, *mentions, unseeing=Unseeing(guest_ids=[guest], untold_ids=[outsider]))
    for agent_id, expected in ((guest, 1), (outsider, 0)):
        sight = Visibility(only_assigned_to=agent_id)
        caller = Caller(desk.workspace_id, frozenset(Permission), agent_id=agent_id, visibility=sight)
        assert len(await _unseen(desk, caller)) == expected
        assert len(await _listed(desk, ListView.OPEN, caller)) == expected
    # Named again, the guest sees it: nothing is asked any more.
    await _note(desk, customer, mentions[0])


async def test_a_teams_members_are_asked_about_too(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    blind = await _colleague(desk, sees="assigned")
    team_id = await _team(desk, blind, desk.agent_id)
    with pytest.raises(Conflict) as asked:
        await _note(desk, customer, Mention(kind="team", id=team_id))
    assert asked.value.values["agent_ids"] == str(blind)
    await _note(desk, customer, Mention(kind="team", id=team_id), unseeing=Unseeing(guest_ids=[blind]))


async def test_the_wall_of_a_channel_is_opened_by_no_colleague(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    walled = await _colleague(desk)
    await desk.connection.execute("update agents set channel_ids = '{}' where id = $1", walled)
    with pytest.raises(Conflict) as refused:
        await _note(desk, customer, Mention(kind="agent", id=walled), unseeing=Unseeing(guest_ids=[walled]))
    assert refused.value.reason == "mention_walled"
    # Of a team nobody asks about those whom nobody can ask in.
    await _note(desk, customer, Mention(kind="team", id=await _team(desk, walled)))


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _colleague(desk: Desk, *, sees: str = "all") -> UUID:
    person_id, agent_id = new_id(), new_id()
    await desk.connection.execute(
        "insert into people (id, email, name) values ($1, $2, 'Jo')", person_id, f"{person_id}@x.test"
    )
    await desk.connection.execute(
        "insert into agents (workspace_id, id, person_id, role, sees) values ($1, $2, $3, 'agent', $4)",
        desk.workspace_id,
        agent_id,
        person_id,
        sees,
    )
    return agent_id


async def _team(desk: Desk, *agent_ids: UUID) -> UUID:
    team_id = new_id()
    await desk.connection.execute(
        "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, 'Shop', $3, 'teal')",
        desk.workspace_id,
        team_id,
        str(team_id),
    )
    await desk.connection.executemany(
        "insert into team_members (workspace_id, team_id, agent_id) values ($1, $2, $3)",
        [(desk.workspace_id, team_id, agent_id) for agent_id in agent_ids],
    )
    return team_id


async def _note(desk: Desk, customer: Customer, *mentions: Mention, unseeing: Unseeing | None = None) -> UUID:
    """The mentions of a note that stands as the customer's last message, as far as mentions care."""
    conversation = await desk.conversation(customer)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        content = await resolve_mentions(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            content=Text(text="@Jo please", mentions=mentions),
            unseeing=unseeing or Unseeing(),
            now=utc_now(),
            new_id=new_id,
        )
        assert content.mentions[0].name
        await mention_colleagues(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            message_id=conversation["last_message_id"],
            content=content,
            now=utc_now(),
            new_id=new_id,
        )
    message_id: UUID = conversation["last_message_id"]
    return message_id


async def _save(
    desk: Desk,
    customer: Customer,
    text: str,
    *,
    mode: str = "reply",
    age: timedelta = timedelta(0),
    caller: Caller | None = None,
) -> Draft:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await save_draft(
            session,
            caller=caller or _caller(desk),
            agent_id=desk.agent_id,
            conversation_id=customer.conversation_id,
            mode="note" if mode == "note" else "reply",
            text=text,
            age=age,
            now=utc_now(),
            new_id=new_id,
        )


async def _drafts(desk: Desk) -> list[Draft]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await list_drafts(session, _caller(desk))


async def _unseen(desk: Desk, caller: Caller) -> list[UUID]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        unseen = await list_unseen(session, caller)
        assert (await count_views(session, caller)).views["mentions"].total == len(unseen)
    return unseen


async def _listed(desk: Desk, view: ListView, caller: Caller) -> list[UUID]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        rows, _ = await list_conversations(
            session, caller, view=view, order=ListOrder.NEWEST, channel_id=None, after=None, limit=10
        )
        if view is ListView.DRAFTS:
            assert (await count_views(session, caller)).views["drafts"].total == len(rows)
    return [row.id for row in rows]


async def test_what_was_sent_is_no_draft_any_more_but_what_was_typed_since_is(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    for kept, sent, left in (("Hello \n", "Hello", []), ("Hello, and", "Hello", ["Hello, and"])):
        await _save(desk, customer, kept)
        async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
            await clear_sent_draft(
                session,
                caller=_caller(desk),
                conversation_id=customer.conversation_id,
                mode="reply",
                text=sent,
                now=utc_now(),
                new_id=new_id,
            )
        assert [one.text for one in await _drafts(desk)] == left


async def test_a_note_is_withdrawn_by_its_author_and_leaves_a_trace(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    colleague_id = await _colleague(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        note = await add_note(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=customer.conversation_id,
            author=Author(AuthorKind.AGENT, desk.agent_id),
            content=Text(text="Wrong chat"),
            client_id=None,
            now=utc_now(),
            new_id=new_id,
        )
    other = Caller(desk.workspace_id, frozenset({Permission.MESSAGES_SEND}), agent_id=colleague_id)
    with pytest.raises(Forbidden):
        await _withdraw(desk, note.id, other)
    for _ in range(2):
        await _withdraw(desk, note.id, _caller(desk))
    row = await desk.message(note.id)
    assert row["deleted_at"] is not None
    assert "Wrong chat" in row["content"], "what stood there stays for who may see it"
    assert await desk.events("message_deleted") == [{"withdrawn": True}]
    incoming = (await desk.conversation(customer))["first_message_id"]
    with pytest.raises(Invalid):
        await _withdraw(desk, incoming, _caller(desk))


async def _withdraw(desk: Desk, message_id: UUID, caller: Caller) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await withdraw_note(session, caller=caller, message_id=message_id, now=utc_now(), new_id=new_id)
