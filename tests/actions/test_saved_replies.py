"""Saved replies: whose they are, what is recorded, how uses order them, and what a conversation fills in."""

from typing import Any
from uuid import UUID

import pytest

from tests.workers.outbox_world import Desk
from threadline.actions.change_saved_reply import (
    ReplyChange,
    change_saved_reply,
    create_saved_reply,
    delete_saved_reply,
)
from threadline.actions.use_saved_reply import fill_saved_replies, note_saved_reply_use
from threadline.core.errors import Conflict, Forbidden, Invalid, NotFound
from threadline.core.permission import ROLES, Caller, RoleName, Visibility
from threadline.core.saved_reply import COUNT_LIMIT
from threadline.infra.clock import new_id, utc_now
from threadline.store.saved_replies import SavedReply, list_saved_replies
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_a_reply_is_filled_with_the_values_of_the_conversation(desk: Desk) -> None:
    customer = await desk.add_customer("Ana Reyes")
    await _create(
        desk, _caller(desk), text="{{contact.first_name}}, {{agent.name}}, {{channel.name}}, {{workspace.name}}"
    )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        (reply,) = await fill_saved_replies(
            session, caller=_caller(desk), conversation_id=customer.conversation_id, now=utc_now()
        )
    assert "".join(piece.text for piece in reply.pieces) == "Ana, Ana, Courier, Shop"
    assert reply.is_shared is False


async def test_mine_are_mine_and_the_workspaces_are_everybodys(desk: Desk) -> None:
    me, other = _caller(desk), _caller(desk, agent_id=await _colleague(desk))
    await _create(desk, me, title="mine")
    await _create(desk, _supervisor(desk), title="ours", is_shared=True)
    assert await _titles(desk, me) == ["mine", "ours"]
    assert await _titles(desk, other) == ["ours"]


async def test_a_colleagues_own_cannot_be_found_changed_used_or_deleted(desk: Desk) -> None:
    mine = await _create(desk, _caller(desk))
    other = _caller(desk, agent_id=await _colleague(desk), role=RoleName.ADMIN)
    for work in (_change(desk, other, mine.id, title="x"), _use(desk, other, mine.id), _delete(desk, other, mine.id)):
        with pytest.raises(NotFound):
            await work
    assert await _titles(desk, _caller(desk)) == [mine.title]


async def test_only_who_has_the_right_writes_the_workspaces(desk: Desk) -> None:
    agent = _caller(desk)
    with pytest.raises(Forbidden):
        await _create(desk, agent, is_shared=True)
    ours = await _create(desk, _supervisor(desk), is_shared=True, title="ours")
    with pytest.raises(Forbidden):
        await _change(desk, agent, ours.id, title="theirs")
    with pytest.raises(Forbidden):
        await _delete(desk, agent, ours.id)
    assert (await _change(desk, _supervisor(desk), ours.id, title="Ours")).title == "Ours"
    await _delete(desk, _supervisor(desk), ours.id)
    assert await _titles(desk, agent) == []


async def test_changes_of_the_workspaces_are_recorded_without_their_words(desk: Desk) -> None:
    supervisor = _supervisor(desk)
    ours = await _create(desk, supervisor, is_shared=True, title="A secret title")
    await _change(desk, supervisor, ours.id, text="A secret text")
    await _delete(desk, supervisor, ours.id)
    mine = await _create(desk, supervisor)
    await _delete(desk, supervisor, mine.id)
    events = await desk.events("saved_reply_changed")
    assert len(events) == 3
    told = await desk.connection.fetch(
        "select actor_id, data::text as data from events where workspace_id = $1 order by seq", desk.workspace_id
    )
    assert {row["actor_id"] for row in told} == {desk.agent_id}
    assert [change for row in told for change in ("created", "changed", "deleted") if change in row["data"]] == [
        "created",
        "changed",
        "deleted",
    ]
    assert "secret" not in " ".join(row["data"] for row in told)


async def test_my_uses_come_first_then_those_of_the_workspace_then_the_title(desk: Desk) -> None:
    me, other, supervisor = _caller(desk), _caller(desk, agent_id=await _colleague(desk)), _supervisor(desk)
    replies = {title: await _create(desk, supervisor, title=title, is_shared=True) for title in "abcd"}
    assert await _titles(desk, me) == ["a", "b", "c", "d"]
    for _ in range(3):
        await _use(desk, other, replies["d"].id)
    assert await _titles(desk, me) == ["d", "a", "b", "c"]
    await _use(desk, me, replies["c"].id)
    assert await _titles(desk, me) == ["c", "d", "a", "b"]
    for _ in range(2):
        await _use(desk, me, replies["b"].id)
    assert await _titles(desk, me) == ["b", "c", "d", "a"]
    assert await _titles(desk, other) == ["d", "b", "c", "a"]


async def test_a_reply_of_one_channel_is_offered_there_only_and_seen_by_those_who_see_it(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    here = await _create(desk, _caller(desk), title="here", channel_id=desk.channel_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        filled = await fill_saved_replies(
            session, caller=_caller(desk), conversation_id=customer.conversation_id, now=utc_now()
        )
        elsewhere = await list_saved_replies(session, _caller(desk), channel_id=new_id())
    assert [reply.title for reply in filled] == ["here"]
    assert elsewhere == []
    blind = _caller(desk, visibility=Visibility(channel_ids=frozenset({new_id()})))
    assert await _titles(desk, blind) == []
    with pytest.raises(NotFound):
        await _use(desk, blind, here.id)
    with pytest.raises(Invalid):
        await _create(desk, blind, channel_id=desk.channel_id)
    with pytest.raises(Invalid):
        await _create(desk, _caller(desk), channel_id=new_id())
    assert (await _change(desk, _caller(desk), here.id, channel_id=None)).channel_id is None


async def test_a_shortcut_stands_for_one_reply_of_mine_and_one_of_the_workspace(desk: Desk) -> None:
    me, supervisor = _caller(desk), _supervisor(desk, agent_id=await _colleague(desk))
    await _create(desk, me, shortcut="hi")
    await _create(desk, supervisor, shortcut="hi", is_shared=True)
    await _create(desk, supervisor, shortcut="hi")
    await _create(desk, me, shortcut="hi", channel_id=desk.channel_id)
    await _create(desk, me)
    await _create(desk, me)
    second = await _create(desk, me, shortcut="ho")
    for work in (
        _create(desk, me, shortcut="hi"),
        _create(desk, supervisor, shortcut="hi", is_shared=True),
        _change(desk, me, second.id, shortcut="hi"),
    ):
        with pytest.raises(Conflict):
            await work


async def test_a_text_with_an_unknown_place_is_not_kept(desk: Desk) -> None:
    mine = await _create(desk, _caller(desk), text="Hello")
    for work in (_create(desk, _caller(desk), text="{{ secret }}"), _change(desk, _caller(desk), mine.id, text="{{")):
        with pytest.raises(Invalid):
            await work
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert [reply.text for reply in await list_saved_replies(session, _caller(desk))] == ["Hello"]


async def test_there_is_an_end_to_how_many_are_kept(desk: Desk) -> None:
    await desk.connection.execute(
        "insert into saved_replies (workspace_id, id, agent_id, title, text)"
        " select $1, gen_random_uuid(), $2, 'x', 'x' from generate_series(1, $3::int)",
        desk.workspace_id,
        desk.agent_id,
        COUNT_LIMIT - 1,
    )
    await _create(desk, _caller(desk))
    with pytest.raises(Conflict):
        await _create(desk, _caller(desk))
    await _create(desk, _supervisor(desk), is_shared=True)


async def test_a_program_has_none_of_its_own(desk: Desk) -> None:
    program = Caller(workspace_id=desk.workspace_id, permissions=ROLES[RoleName.ADMIN], token_id=new_id())
    ours = await _create(desk, program, is_shared=True)
    with pytest.raises(Forbidden):
        await _create(desk, program)
    with pytest.raises(Forbidden):
        await _use(desk, program, ours.id)


async def test_another_workspace_sees_and_touches_nothing(desk: Desk) -> None:
    """S2, S4: by the functions, and by the role of the web process itself."""
    ours = await _create(desk, _supervisor(desk), is_shared=True)
    await _use(desk, _caller(desk), ours.id)
    elsewhere = new_id()
    await desk.connection.execute("insert into workspaces (id, name) values ($1, 'Other')", elsewhere)
    stranger = Caller(workspace_id=elsewhere, permissions=ROLES[RoleName.ADMIN], agent_id=new_id())
    async with desk.database.transaction(Role.WEB, elsewhere) as session:
        assert await list_saved_replies(session, stranger) == []
        connection = await session.raw()
        for table in ("saved_replies", "saved_reply_uses"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0
            assert await connection.execute(f"delete from {table}") == "DELETE 0"
        with pytest.raises(NotFound):
            await note_saved_reply_use(session, caller=stranger, reply_id=ours.id, now=utc_now())
    assert await _titles(desk, _caller(desk)) == [ours.title]


def _caller(
    desk: Desk,
    *,
    agent_id: UUID | None = None,
    role: RoleName = RoleName.AGENT,
    visibility: Visibility | None = None,
) -> Caller:
    return Caller(
        workspace_id=desk.workspace_id,
        permissions=ROLES[role],
        agent_id=agent_id or desk.agent_id,
        visibility=visibility or Visibility(),
    )


def _supervisor(desk: Desk, *, agent_id: UUID | None = None) -> Caller:
    return _caller(desk, agent_id=agent_id, role=RoleName.SUPERVISOR)


async def _colleague(desk: Desk) -> UUID:
    person_id, agent_id = new_id(), new_id()
    await desk.connection.execute(
        "insert into people (id, email, name) values ($1, $2, 'Jonas Berg')", person_id, f"{person_id}@x.test"
    )
    await desk.connection.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, 'agent')",
        desk.workspace_id,
        agent_id,
        person_id,
    )
    return agent_id


async def _create(desk: Desk, caller: Caller, **given: Any) -> SavedReply:
    wanted: dict[str, Any] = {
        "is_shared": False,
        "team_id": None,
        "channel_id": None,
        "title": "Hello",
        "shortcut": "",
        "text": "Hello",
        "language": "",
        "wordings": [],
        "files": [],
    }
    reply = SavedReply(id=new_id(), **(wanted | given))
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await create_saved_reply(session, caller=caller, reply=reply, now=utc_now(), new_id=new_id)
    return reply


async def _change(desk: Desk, caller: Caller, reply_id: UUID, **given: Any) -> SavedReply:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await change_saved_reply(
            session, caller=caller, reply_id=reply_id, change=ReplyChange(**given), now=utc_now(), new_id=new_id
        )


async def _delete(desk: Desk, caller: Caller, reply_id: UUID) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_saved_reply(session, caller=caller, reply_id=reply_id, now=utc_now(), new_id=new_id)


async def _use(desk: Desk, caller: Caller, reply_id: UUID) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await note_saved_reply_use(session, caller=caller, reply_id=reply_id, now=utc_now())


async def _titles(desk: Desk, caller: Caller) -> list[str]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return [reply.title for reply in await list_saved_replies(session, caller)]
