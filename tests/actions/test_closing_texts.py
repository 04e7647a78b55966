"""Closing texts: ten seconds in which nothing is said, then once, and only where it may be."""

from typing import Any

import pytest

from tests.receiving_desk import open_receiving_desk
from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_conversation import change_conversation
from threadline.actions.change_many import ChangeMany, do_next_part, order_change, order_undo
from threadline.actions.guard_contact import block_contact
from threadline.actions.send_closing_texts import send_closing_texts
from threadline.actions.send_message import send_message
from threadline.actions.undo_change import TakenBack, undo_change
from threadline.channels.registry import channel_type
from threadline.core.acts import StateAct
from threadline.core.closing import HOLD
from threadline.core.content import Text
from threadline.core.conversation import ConversationState as State
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller, Permission
from threadline.core.undo import Standing
from threadline.infra.clock import new_id, utc_now
from threadline.store.closings import find_workspaces_with_due
from threadline.store.conversations import closing_time
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio

TEXT = 'Thank you, {{contact.first_name | default: "dear customer"}}. {{agent.first_name}}, {{workspace.name}}'


async def test_it_is_held_for_ten_seconds_and_then_said_once(desk: Desk) -> None:
    customer = await _customer(desk)
    asked_at = utc_now()
    await _resolve(desk, customer)
    row = await desk.conversation(customer)
    assert HOLD / 2 < row["closing_at"] - asked_at < HOLD * 2
    assert await _come(desk) == 0, "not yet"
    assert await _said(desk, customer) == []

    before = await _due(desk, customer)
    assert await _come(desk) == 1
    assert await _come(desk) == 0
    (message,) = await _said(desk, customer)
    assert (message["author_kind"], message["text"]) == ("system", "Thank you, ana. Ana, Shop")
    after = await desk.conversation(customer)
    for column in ("state", "resolved_at", "waiting_since", "assignee_id"):
        assert after[column] == before[column], column
    assert after["closing_at"] is None


async def test_undone_in_time_nothing_is_said(desk: Desk) -> None:
    customer = await _customer(desk)
    await _resolve(desk, customer)
    undone = await _undo(desk, customer)
    assert (undone.kept, undone.is_closing_sent) == ([], False)
    await _due(desk, customer)
    assert await _come(desk) == 0
    assert await _said(desk, customer) == []
    assert [row["what"] for row in await _lines(desk, customer)] == ["resolved", "reopened"]


async def test_undone_afterwards_the_state_comes_back_and_it_is_said_that_the_text_went_out(desk: Desk) -> None:
    customer = await _customer(desk)
    before = await desk.conversation(customer)
    await _resolve(desk, customer)
    await _due(desk, customer)
    await _come(desk)
    undone = await _undo(desk, customer)
    assert (undone.kept, undone.is_closing_sent) == ([], True)
    after = await desk.conversation(customer)
    assert (after["state"], after["waiting_since"]) == ("open", before["waiting_since"])
    await _resolve(desk, customer)
    assert not (await _undo(desk, customer)).is_closing_sent, "this time it did not"


async def test_whoever_reopens_it_or_writes_meanwhile_cancels_it(desk: Desk) -> None:
    reopened, written = await _customer(desk), await _customer(desk, "bo")
    for customer in (reopened, written):
        await _resolve(desk, customer)
    await _change(desk, reopened, "open")
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await send_message(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=written.conversation_id,
            author=Author(AuthorKind.AGENT, desk.agent_id),
            content=Text(text="One more thing"),
            client_id=None,
            now=utc_now(),
            new_id=new_id,
            find_type=lambda _: desk.channel_type,
        )
    for customer in (reopened, written):
        assert (await desk.conversation(customer))["closing_at"] is None


@pytest.mark.parametrize(
    "change",
    [
        "update contacts set blocked_at = now() where id = $1",
        "update contacts set muted_at = now() where id = $1",
        "update contacts set opted_out_at = now() where id = $1",
    ],
)
@pytest.mark.parametrize("is_before", [True, False], ids=["before", "meanwhile"])
async def test_nothing_is_said_to_who_does_not_want_it(desk: Desk, change: str, *, is_before: bool) -> None:
    customer = await _customer(desk)
    if is_before:
        await desk.connection.execute(change, customer.contact_id)
    await _resolve(desk, customer)
    if not is_before:
        await desk.connection.execute(change, customer.contact_id)
    await _due(desk, customer)
    await _come(desk)
    assert await _said(desk, customer) == []


async def test_nothing_is_said_where_it_is_off_or_the_window_is_closed(desk: Desk) -> None:
    silent = await _customer(desk, text="")
    await _resolve(desk, silent)
    assert (await desk.conversation(silent))["closing_at"] is None
    late, switched = await _customer(desk, "bo"), await _customer(desk, "cy")
    for customer in (late, switched):
        await _resolve(desk, customer)
        await _due(desk, customer)
    await desk.connection.execute(
        "update conversations set window_closes_at = now() - interval '1 minute' where id = $1", late.conversation_id
    )
    await desk.connection.execute(
        "update reaches set window_closes_at = now() - interval '1 minute' where contact_id = $1", late.contact_id
    )
    await _set_text(desk, "")
    assert await _come(desk) == 2
    for customer in (late, switched):
        assert await _said(desk, customer) == []


async def test_who_is_blocked_hears_nothing(desk: Desk) -> None:
    customer = await _customer(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await block_contact(
            session,
            caller=_caller(desk),
            contact_id=customer.contact_id,
            is_blocked=True,
            now=utc_now(),
            new_id=new_id,
            find_type=lambda _: desk.channel_type,
        )
    row = await desk.conversation(customer)
    assert (row["state"], row["closing_at"]) == ("resolved", None)


async def test_a_program_says_nothing(desk: Desk) -> None:
    customer = await _customer(desk)
    token = Caller(desk.workspace_id, frozenset(Permission), token_id=new_id())
    await _change(desk, customer, "resolved", caller=token)
    assert (await desk.conversation(customer))["closing_at"] is None


async def test_of_many_each_is_said_once_after_the_last_and_one_undo_cancels_all(desk: Desk) -> None:
    customers = [await _customer(desk, name) for name in ("ana", "bo", "cy")]
    bulk_id = await _order(desk, customers)
    for customer in customers:
        assert (await desk.conversation(customer))["closing_at"] is not None
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await order_undo(session, caller=_caller(desk), bulk_id=bulk_id) == 0
    for customer in customers:
        await _due(desk, customer)
    assert await _come(desk) == 0, "cancelled at once, before any is open again"
    await _work(desk, bulk_id)
    assert {(await desk.conversation(one))["state"] for one in customers} == {"open"}

    bulk_id = await _order(desk, customers)
    for customer in customers[:2]:
        await _due(desk, customer)
    assert await _come(desk) == 2
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await order_undo(session, caller=_caller(desk), bulk_id=bulk_id) == 2, "so many had it already"
    await _work(desk, bulk_id)
    assert {(await desk.conversation(one))["state"] for one in customers} == {"open"}
    assert [len(await _said(desk, one)) for one in customers] == [1, 1, 0]


async def test_while_many_are_being_resolved_none_of_it_is_said(desk: Desk) -> None:
    customer = await _customer(desk)
    other = await desk.add_customers(25)
    bulk_id = await _order(desk, [customer, *other], parts=1)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await closing_time(session, customer.conversation_id) is None, "nobody knows yet when"
    assert await _workspaces(desk) == []
    await _work(desk, bulk_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await closing_time(session, customer.conversation_id) is not None


async def _customer(desk: Desk, name: str = "ana", *, text: str = TEXT) -> Customer:
    await _set_text(desk, text)
    return await desk.add_customer(name)


async def _set_text(desk: Desk, text: str) -> None:
    await desk.connection.execute(
        "update channels set settings = settings || jsonb_build_object('closing_text', $2::text) where id = $1",
        desk.channel_id,
        text,
    )


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _resolve(desk: Desk, customer: Customer) -> None:
    await _change(desk, customer, "resolved")


async def _change(desk: Desk, customer: Customer, state: Any, *, caller: Caller | None = None) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_conversation(
            session,
            caller=caller or _caller(desk),
            conversation_id=customer.conversation_id,
            state=state,
            assignee_id="keep",
            now=utc_now(),
            new_id=new_id,
        )


async def _due(desk: Desk, customer: Customer) -> Any:
    """Its time has come, if it waits. Returns the conversation."""
    await desk.connection.execute(
        "update conversations set closing_at = now() - interval '1 second' where id = $1 and closing_at is not null",
        customer.conversation_id,
    )
    return await desk.conversation(customer)


async def _workspaces(desk: Desk) -> list[Any]:
    async with desk.database.transaction(Role.ENGINE) as session:
        found = await find_workspaces_with_due(await session.raw(), limit=100)
    return [one for one in found if one == desk.workspace_id]


async def _come(desk: Desk) -> int:
    """What the timer does, if it finds the workspace. Returns how many were due."""
    if not await _workspaces(desk):
        return 0
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        return await send_closing_texts(session, now=utc_now(), new_id=new_id, find_type=lambda _: desk.channel_type)


async def _undo(desk: Desk, customer: Customer) -> TakenBack:
    before = Standing(state=State.OPEN, snoozed_until=None, assignee_id=None, team_id=None)
    after = Standing(state=State.RESOLVED, snoozed_until=None, assignee_id=None, team_id=None)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await undo_change(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            before=before,
            after=after,
            now=utc_now(),
            new_id=new_id,
        )


async def _order(desk: Desk, customers: list[Customer], *, parts: int | None = None) -> Any:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        bulk_id = await order_change(
            session,
            caller=_caller(desk),
            agent_id=desk.agent_id,
            order=StateAct(state="resolved"),
            ids=[one.conversation_id for one in customers],
            is_cut=False,
            new_id=new_id,
        )
    await _work(desk, bulk_id, parts=parts)
    return bulk_id


async def _work(desk: Desk, bulk_id: Any, *, parts: int | None = None) -> None:
    job = ChangeMany(workspace_id=desk.workspace_id, bulk_id=bulk_id)
    done = 0
    while parts is None or done < parts:
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            has_more = await do_next_part(session, job, now=utc_now(), new_id=new_id, find_type=channel_type)
        done += 1
        if not has_more:
            return


async def _said(desk: Desk, customer: Customer) -> list[Any]:
    return await desk.connection.fetch(
        "select author_kind, content ->> 'text' as text from messages where conversation_id = $1"
        " and direction = 'outgoing' and author_kind = 'system' order by seq",
        customer.conversation_id,
    )


async def _lines(desk: Desk, customer: Customer) -> list[Any]:
    return await desk.connection.fetch(
        "select content ->> 'what' as what from messages where conversation_id = $1 and direction = 'line'"
        " order by seq",
        customer.conversation_id,
    )


async def test_a_word_of_thanks_meanwhile_cancels_it_too(database_url: str) -> None:
    """It reopens nothing, but the customer has written: what is said by itself would answer them."""
    async with open_receiving_desk(database_url) as desk:
        await desk.receive(desk.message(1, "m1"))
        await desk.connection.execute(
            "update conversations set state = 'resolved', resolved_at = $2, waiting_since = null, closing_at = $2"
            " where workspace_id = $1",
            desk.workspace_id,
            desk.advance(minutes=1),
        )
        desk.advance(seconds=3)
        await desk.receive(desk.message(1, "m2", "Thank you!"))
        (row,) = await desk.of("conversations")
        assert (row["state"], row["closing_at"]) == ("resolved", None)
