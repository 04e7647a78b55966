"""Saved replies: whose they are, what is recorded, how uses order them, and what a conversation fills in."""

from typing import Any
from uuid import UUID

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_saved_reply import (
    ReplyChange,
    change_saved_reply,
    create_saved_reply,
    delete_saved_reply,
)
from threadline.actions.discard_message import discard_message
from threadline.actions.merge_contacts import merge_contacts, unmerge_contacts
from threadline.actions.send_message import SentMessage
from threadline.actions.use_saved_reply import FilledVariant, fill_saved_replies, note_saved_reply_use
from threadline.core.content import ReplyUse, Text
from threadline.core.errors import Conflict, Forbidden, Invalid, NotFound
from threadline.core.permission import ROLES, Caller, RoleName, Visibility
from threadline.core.saved_reply import COUNT_LIMIT, VariedWording, variant_key
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
    assert "".join(piece.text for piece in reply.variants[0].pieces) == "Ana, Ana, Courier, Shop"
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


VARIANTS = ["One", "Two", "Three"]


async def _offered(desk: Desk, conversation_id: UUID) -> list[FilledVariant]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        (reply,) = await fill_saved_replies(
            session, caller=_caller(desk), conversation_id=conversation_id, now=utc_now()
        )
    return reply.variants


def _text(variant: FilledVariant) -> str:
    return "".join(piece.text for piece in variant.pieces)


async def _use_next(desk: Desk, customer: Customer, reply: SavedReply, *, text: str | None = None) -> SentMessage:
    """Sends what is offered next, as it is or as the agent edited it."""
    chosen = (await _offered(desk, customer.conversation_id))[0]
    use = ReplyUse(reply_id=reply.id, variant=chosen.variant)
    return await desk.send(customer, Text(text=text or _text(chosen), uses=(use,)))


async def test_each_sending_turns_the_variants_for_this_contact_alone(desk: Desk) -> None:
    ana, ben = await desk.add_customers(2)
    reply = await _create(desk, _supervisor(desk), is_shared=True, text="One", variants=["Two", "Three"])
    got: list[str] = []
    for turn in range(7):
        got.append(_text((await _offered(desk, ana.conversation_id))[0]))
        # What was edited was begun with it all the same.
        await _use_next(desk, ana, reply, text="Something else" if turn == 1 else None)
    assert sorted(got[:3]) == sorted(VARIANTS)
    assert got == [*got[:3], *got[:3], got[0]]
    before = [_text(one) for one in await _offered(desk, ben.conversation_id)]
    assert sorted(before) == sorted(VARIANTS)
    assert [_text(one) for one in await _offered(desk, ben.conversation_id)] == before


async def test_what_was_inserted_or_taken_back_counts_for_nothing(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    reply = await _create(desk, _caller(desk), text="One", variants=["Two"])
    before = await _offered(desk, customer.conversation_id)
    await _use(desk, _caller(desk), reply.id)
    assert await _offered(desk, customer.conversation_id) == before
    sent = await _use_next(desk, customer, reply)
    assert await _offered(desk, customer.conversation_id) == before[::-1]
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await discard_message(session, workspace_id=desk.workspace_id, message_id=sent.id, now=utc_now(), new_id=new_id)
    assert await _offered(desk, customer.conversation_id) == before


async def test_the_message_says_nothing_of_the_reply_and_outlives_it(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    reply = await _create(desk, _caller(desk), text="One", variants=["Two"])
    sent = await _use_next(desk, customer, reply)
    content = await desk.connection.fetchval("select content::text from messages where id = $1", sent.id)
    assert "uses" not in content
    count = "select count(*) from saved_reply_sendings where workspace_id = $1"
    assert await desk.connection.fetchval(count, desk.workspace_id) == 1
    await _delete(desk, _caller(desk), reply.id)
    assert await desk.connection.fetchval(count, desk.workspace_id) == 0
    gone = ReplyUse(reply_id=reply.id, variant=variant_key("One"))
    await desk.send(customer, Text(text="One", uses=(gone,)))
    assert await desk.connection.fetchval(count, desk.workspace_id) == 0


async def test_who_was_merged_has_seen_what_both_saw_and_apart_each_their_own(desk: Desk) -> None:
    ana, other = await desk.add_customers(2)
    reply = await _create(desk, _supervisor(desk), is_shared=True, text="One", variants=["Two"])
    await desk.send(ana, Text(text="One", uses=(ReplyUse(reply_id=reply.id, variant=variant_key("One")),)))
    await desk.send(other, Text(text="Two", uses=(ReplyUse(reply_id=reply.id, variant=variant_key("Two")),)))
    assert _text((await _offered(desk, ana.conversation_id))[0]) == "Two"
    assert _text((await _offered(desk, other.conversation_id))[0]) == "One"
    supervisor = _supervisor(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await merge_contacts(
            session,
            caller=supervisor,
            contact_id=ana.contact_id,
            from_id=other.contact_id,
            now=utc_now(),
            new_id=new_id,
        )
    merge_id = await desk.connection.fetchval(
        "select id from contact_merges where workspace_id = $1", desk.workspace_id
    )
    for customer in (ana, other):
        assert _text((await _offered(desk, customer.conversation_id))[0]) == "One", "it was longest ago"
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await unmerge_contacts(
            session, caller=supervisor, contact_id=ana.contact_id, merge_id=merge_id, now=utc_now(), new_id=new_id
        )
    assert _text((await _offered(desk, ana.conversation_id))[0]) == "Two"
    assert _text((await _offered(desk, other.conversation_id))[0]) == "One"


async def test_a_reply_that_is_not_ones_own_to_use_counts_for_nothing(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    theirs = await _create(desk, _caller(desk, agent_id=await _colleague(desk)), text="One", variants=["Two"])
    use = ReplyUse(reply_id=theirs.id, variant=variant_key("One"))
    await desk.send(customer, Text(text="One", uses=(use,)))
    count = "select count(*) from saved_reply_sendings where workspace_id = $1"
    assert await desk.connection.fetchval(count, desk.workspace_id) == 0


async def test_each_language_has_variants_of_its_own(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    spanish = VariedWording(language="es", text="Uno", variants=["Dos"])
    await _create(desk, _caller(desk), text="One", variants=["Two"], language="en", wordings=[spanish])
    await desk.connection.execute("update contacts set locale = 'es' where id = $1", customer.contact_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        (reply,) = await fill_saved_replies(
            session, caller=_caller(desk), conversation_id=customer.conversation_id, now=utc_now()
        )
    assert (reply.language, sorted(map(_text, reply.variants))) == ("es", ["Dos", "Uno"])
    assert [(one.language, sorted(map(_text, one.variants))) for one in reply.others] == [("en", ["One", "Two"])]


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
        "variants": [],
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
