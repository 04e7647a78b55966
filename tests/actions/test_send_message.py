"""What may be sent, what it becomes, and what an agent may do with it afterwards."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from tests.workers.courier import Request, refuse
from tests.workers.outbox_world import Customer, Desk, until
from threadline.actions.add_note import add_note
from threadline.actions.discard_message import discard_message
from threadline.actions.mark_conversation_read import MarkRead, mark_conversation_read, show_typing
from threadline.actions.react_to_message import react_to_message
from threadline.actions.resend_message import resend_message
from threadline.actions.send_message import send_message
from threadline.actions.settle_message import settle_message
from threadline.core.content import Media, Template, TemplateValue, Text
from threadline.core.errors import CannotSend, Conflict, Invalid, NotFound, WindowClosed
from threadline.core.message import Author, AuthorKind, SendClass
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_twenty_equal_requests_are_one_message(desk: Desk) -> None:
    customer, client_id = await desk.add_customer("ana"), uuid4()
    sent = await asyncio.gather(*(desk.send(customer, "Hello", client_id=client_id) for _ in range(20)))
    assert len({message.id for message in sent}) == 1
    assert [message.is_new for message in sent].count(True) == 1
    assert len(await desk.attempts()) == 1
    assert len(await desk.events("message_queued")) == 1
    thread = await desk.connection.fetch("select seq, direction from messages order by seq")
    assert [tuple(row) for row in thread] == [(1, "incoming"), (2, "line"), (3, "outgoing")]
    assert (await desk.conversation(customer))["last_seq"] == 3


async def test_parallel_messages_get_gapless_numbers(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    sent = await asyncio.gather(*(desk.send(customer, str(number)) for number in range(10)))
    rows = [await desk.message(message.id) for message in sent]
    assert sorted(row["seq"] for row in rows) == list(range(3, 13)), "one line before them: the first one takes it"


async def test_free_text_after_the_window_is_refused_and_an_approved_template_is_not(desk: Desk) -> None:
    customer = await desk.add_customer("ana", window_open=False)
    with pytest.raises(WindowClosed):
        await desk.send(customer, "Hello")
    with pytest.raises(CannotSend, match="does not exist"):
        await desk.send(customer, Template(name="hello", language="en"))
    await _add_template(desk, "hello", "Hello {{1}}!", status="PENDING")
    template = Template(name="hello", language="en", body_values=(TemplateValue(name="1", value="Ana"),))
    with pytest.raises(CannotSend, match="not approved"):
        await desk.send(customer, template)
    await desk.connection.execute("update templates set status = 'APPROVED'")
    with pytest.raises(CannotSend, match="needs a value for 1"):
        await desk.send(customer, Template(name="hello", language="en"))
    message = await desk.send(customer, template)
    content = json.loads((await desk.message(message.id))["content"])
    assert (content["text"], content["category"]) == ("Hello Ana!", "marketing")
    assert (await desk.attempts(message.id))[0]["send_class"] == SendClass.PERSON


async def test_who_stopped_marketing_gets_none(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await _add_template(desk, "news", "News")
    await desk.connection.execute(
        "insert into consents values ($1, $2, $3, 'marketing', false, 'provider', '', now())",
        desk.workspace_id,
        customer.contact_id,
        desk.channel_id,
    )
    with pytest.raises(CannotSend, match="asked not to"):
        await desk.send(customer, Template(name="news", language="en"))


@pytest.mark.parametrize("how", ["hand", "word"])
async def test_who_opted_out_is_written_to_by_people_alone(desk: Desk, how: str) -> None:
    customer = await desk.add_customer("ana")
    if how == "hand":
        await desk.connection.execute("update contacts set opted_out_at = now() where id = $1", customer.contact_id)
    else:
        await desk.connection.execute(
            "insert into consents values ($1, $2, $3, 'marketing', false, 'word', '', now())",
            desk.workspace_id,
            customer.contact_id,
            desk.channel_id,
        )
    with pytest.raises(CannotSend, match="by itself"):
        await desk.send(customer, "Hello", author=AuthorKind.FLOW)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        with pytest.raises(CannotSend, match="by itself"):
            await send_message(
                session,
                workspace_id=desk.workspace_id,
                conversation_id=customer.conversation_id,
                author=Author(AuthorKind.AGENT, desk.agent_id),
                content=Text(text="At nine, as you wished"),
                client_id=None,
                now=utc_now(),
                new_id=new_id,
                find_type=lambda name: desk.channel_type,
                is_unattended=True,
            )
    await desk.send(customer, "An answer of a person")
    await _add_template(desk, "news", "News")
    with pytest.raises(CannotSend, match="asked not to"):
        await desk.send(customer, Template(name="news", language="en"))


async def test_a_blocked_customer_and_a_disconnected_channel_refuse(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute(
        "insert into reaches (workspace_id, channel_id, contact_id, blocked_at, blocked_reason)"
        " values ($1, $2, $3, now(), 'Not on the network.')",
        desk.workspace_id,
        desk.channel_id,
        customer.contact_id,
    )
    with pytest.raises(CannotSend, match="Not on the network"):
        await desk.send(customer, "Hello")
    await desk.connection.execute("update channels set state = 'disconnected' where id = $1", desk.channel_id)
    with pytest.raises(CannotSend, match="disconnected"):
        await desk.send(await desk.add_customer("ben"), "Hello")


async def test_what_the_channel_cannot_carry_is_refused_and_nothing_is_queued(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    with pytest.raises(CannotSend, match="empty"):
        await desk.send(customer, "")
    with pytest.raises(Invalid, match="does not exist"):
        await desk.send(customer, Media(media="image", file_id=uuid4()))
    with pytest.raises(Invalid, match="not in this conversation"):
        await desk.send(customer, "Hello", quoted_id=uuid4())
    assert await desk.attempts() == []
    assert await desk.events("message_queued") == []


async def test_an_answer_takes_nothing_where_the_workspace_wants_it_so(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    off = json.dumps({"first_reply_assigns": False})
    await desk.connection.execute("update workspaces set settings = $2 where id = $1", desk.workspace_id, off)
    await desk.send(customer, "Hello")
    assert (await desk.conversation(customer))["assignee_id"] is None


async def test_an_answer_takes_and_reopens_the_conversation(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute("update conversations set state = 'resolved', resolved_at = now()")
    await desk.send(customer, "Hello")
    row = await desk.conversation(customer)
    assert (row["state"], row["assignee_id"], row["resolved_at"]) == ("open", desk.agent_id, None)
    taken = {
        "state": "open",
        "assignee_id": str(desk.agent_id),
        "previous_assignee_id": None,
        "team_id": None,
        "previous_team_id": None,
    }
    assert await desk.events("conversation_changed") == [{"state": "open"}, taken]
    await desk.send(customer, "And more")
    assert len(await desk.events("conversation_changed")) == 2


async def test_a_resolved_conversation_with_a_newer_one_refuses(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute("update conversations set state = 'resolved' where id = $1", customer.conversation_id)
    await desk.connection.execute(
        "insert into conversations (workspace_id, id, channel_id, contact_id, last_activity_at)"
        " values ($1, $2, $3, $4, now())",
        desk.workspace_id,
        new_id(),
        desk.channel_id,
        customer.contact_id,
    )
    with pytest.raises(Conflict, match="newer"):
        await desk.send(customer, "Hello")


async def test_another_workspace_does_not_find_the_conversation(desk: Desk) -> None:
    customer = Customer("nobody", uuid4(), uuid4())
    with pytest.raises(NotFound):
        await desk.send(customer, "Hello")


async def test_automatic_messages_stop_after_the_declared_streak(desk: Desk) -> None:
    await desk.connection.execute("update channels set settings = '{\"unanswered_limit\": 2}'")
    customer = await desk.add_customer("ana")
    for _ in range(2):
        await desk.send(customer, "Still there?", author=AuthorKind.FLOW)
    with pytest.raises(CannotSend, match="has not answered"):
        await desk.send(customer, "Still there?", author=AuthorKind.FLOW)
    await desk.send(customer, "A person may", author=AuthorKind.AGENT)
    await desk.receive(customer)
    await desk.send(customer, "Good", author=AuthorKind.FLOW)


async def test_a_note_is_for_colleagues_only(desk: Desk) -> None:
    customer, client_id = await desk.add_customer("ana"), uuid4()
    before = await desk.conversation(customer)
    ids = {await _note(desk, customer, client_id) for _ in range(2)}
    assert len(ids) == 1
    row = await desk.message(ids.pop())
    assert (row["direction"], row["status"], row["seq"]) == ("note", None, 2)
    assert await desk.attempts() == []
    after = await desk.conversation(customer)
    assert (after["waiting_since"], after["assignee_id"]) == (before["waiting_since"], None)
    assert len(await desk.events("note_added")) == 1


async def test_only_the_failed_part_is_sent_again(desk: Desk) -> None:
    refuses = True

    async def plan(request: Request) -> object:
        return refuse("bad") if refuses and request.text.startswith("b") else None

    desk.provider.plan = plan  # type: ignore[assignment]
    customer, client_id = await desk.add_customer("ana"), uuid4()
    message = await desk.send(customer, "a" * 100 + "b" * 10)
    await desk.host()
    await until(lambda: desk.message(message.id), is_so=lambda row: row["status"] == 3)
    assert (await desk.conversation(customer))["failed_count"] == 1
    refuses = False
    for _ in range(2):
        await _resend(desk, message.id, client_id)
    await until(lambda: desk.message(message.id), is_so=lambda row: row["status"] == 2)
    assert [text[0] for text in desk.provider.texts("ana")] == ["a", "b"]
    shown = await desk.message(message.id)
    assert (shown["copies"], shown["failure_code"]) == (0, None)
    conversation = await desk.conversation(customer)
    assert (conversation["failed_count"], conversation["waiting_since"]) == (0, None)
    with pytest.raises(Conflict, match="Nothing"):
        await _resend(desk, message.id, uuid4())


async def test_sending_what_is_uncertain_again_is_marked_and_settling_ends_it(desk: Desk) -> None:
    message = await desk.send(await desk.add_customer("ana"), "Hello", send_class=SendClass.BROADCAST)
    await desk.connection.execute(
        "update attempts set status = 1, claimed_at = now(), uncertain_at = now(), is_held = true"
        " where message_id = $1",
        message.id,
    )
    await _resend(desk, message.id, uuid4())
    first, second = await desk.attempts(message.id)
    assert (first["is_held"], second["is_copy"], second["status"]) == (True, True, 0)
    assert (await desk.message(message.id))["copies"] == 1
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        with pytest.raises(Exception, match="permission denied"):
            await (await session.raw()).execute("delete from attempts where message_id = $1", message.id)


async def test_a_person_settles_an_uncertain_message(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    with pytest.raises(Conflict):
        await _settle(desk, message.id)
    await desk.connection.execute(
        "update attempts set status = 1, claimed_at = now(), uncertain_at = now() where message_id = $1", message.id
    )
    await _settle(desk, message.id)
    shown = await desk.message(message.id)
    assert (shown["status"], shown["is_uncertain"]) == (4, False)
    assert (await desk.conversation(customer))["waiting_since"] is None


async def test_a_waiting_message_can_be_discarded_and_frees_the_next(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    first, second = await desk.send(customer, "first"), await desk.send(customer, "second")
    await _discard(desk, first.id)
    await desk.host()
    await desk.until_settled()
    assert desk.provider.texts() == ["second"]
    assert (await desk.message(first.id))["deleted_at"] is not None
    assert len(await desk.events("message_deleted")) == 1
    with pytest.raises(Conflict):
        await _discard(desk, second.id)
    with pytest.raises(NotFound):
        await _discard(desk, first.id)


async def test_a_discarded_failure_no_longer_counts(desk: Desk) -> None:
    async def plan(request: Request) -> object:
        return refuse("bad")

    desk.provider.plan = plan  # type: ignore[assignment]
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    await desk.host()
    await until(lambda: desk.message(message.id), is_so=lambda row: row["status"] == 3)
    await _discard(desk, message.id)
    assert (await desk.conversation(customer))["failed_count"] == 0


# Acts --------------------------------------------------------------------------------------------------------------


async def test_a_reaction_is_ours_once_and_leaves(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    target = (await desk.conversation(customer))["last_message_id"]
    for emoji in ("👍", "👍", "🎉"):
        await _react(desk, customer, target, emoji)
    for text in ("ok", "да", "👍x"):
        with pytest.raises(Invalid, match="single emoji"):
            await _react(desk, customer, target, text)
    rows = await desk.connection.fetch("select emoji from reactions where message_id = $1", target)
    assert [row["emoji"] for row in rows] == ["🎉"]
    assert len(await desk.events("reaction_changed")) == 2
    await desk.host()
    await until(lambda: desk.provider.acts, is_so=lambda acts: len(acts) == 2)
    assert [act["emoji"] for act in desk.provider.acts] == ["👍", "🎉"]
    await asyncio.sleep(0.5)
    assert len(desk.provider.acts) == 2


async def test_acts_wait_behind_a_message_and_die_in_time(desk: Desk) -> None:
    customer, other = await desk.add_customer("ana"), await desk.add_customer("ben")
    await desk.connection.execute('update channels set settings = \'{"mark_read": "on_open"}\'')
    await desk.send(customer, "Hello")
    await desk.connection.execute("update attempts set claimed_at = now(), due_at = now() + interval '1 hour'")
    for one in (customer, other):
        await _typing(desk, one)
        await _typing(desk, one)
    await desk.host()
    await until(lambda: desk.provider.acts, is_so=lambda acts: len(acts) == 1)
    await asyncio.sleep(0.3)
    assert len(desk.provider.acts) == 1
    await desk.connection.execute("update acts set expires_at = now() where done_at is null")
    await desk.connection.execute("update attempts set due_at = now()")
    desk.hosts[0].loop.wake()
    await desk.until_settled()
    await asyncio.sleep(0.4)
    assert len(desk.provider.acts) == 1


@pytest.mark.parametrize(("setting", "on_open", "on_answer"), [("on_answer", 0, 1), ("on_open", 1, 1), ("never", 0, 0)])
async def test_reading_is_shown_as_the_channel_wants(desk: Desk, setting: str, on_open: int, on_answer: int) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute("update channels set settings = jsonb_build_object('mark_read', $1::text)", setting)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await mark_conversation_read(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=customer.conversation_id,
            occasion=MarkRead.ON_OPEN,
            new_id=new_id,
            find_type=lambda name: desk.channel_type,
        )
    assert await _count_acts(desk) == on_open
    await desk.send(customer, "Hello")
    assert await _count_acts(desk) == on_answer
    assert desk.provider.acts == []


# Steps -------------------------------------------------------------------------------------------------------------


async def _add_template(desk: Desk, name: str, body: str, *, status: str = "APPROVED") -> None:
    await desk.connection.execute(
        "insert into templates (workspace_id, id, channel_type, account, provider_id, name, language, category, status,"
        " components) values ($1, $2, 'courier', 'acme', '1', $3, 'en', 'MARKETING', $4, $5)",
        desk.workspace_id,
        new_id(),
        name,
        status,
        json.dumps([{"type": "BODY", "text": body}]),
    )


async def _note(desk: Desk, customer: Customer, client_id: UUID) -> UUID:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        note = await add_note(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=customer.conversation_id,
            author=Author(AuthorKind.AGENT, desk.agent_id),
            content=Text(text="Careful"),
            client_id=client_id,
            now=utc_now(),
            new_id=new_id,
        )
    return note.id


async def _resend(desk: Desk, message_id: UUID, client_id: UUID) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await resend_message(
            session,
            workspace_id=desk.workspace_id,
            message_id=message_id,
            client_id=client_id,
            now=utc_now(),
            new_id=new_id,
            find_type=lambda name: desk.channel_type,
        )


async def _settle(desk: Desk, message_id: UUID) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await settle_message(
            session, workspace_id=desk.workspace_id, message_id=message_id, now=utc_now(), new_id=new_id
        )


async def _discard(desk: Desk, message_id: UUID) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await discard_message(
            session, workspace_id=desk.workspace_id, message_id=message_id, now=utc_now(), new_id=new_id
        )


async def _react(desk: Desk, customer: Customer, message_id: UUID, emoji: str) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await react_to_message(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=customer.conversation_id,
            message_id=message_id,
            agent_id=desk.agent_id,
            emoji=emoji,
            now=utc_now(),
            new_id=new_id,
            find_type=lambda name: desk.channel_type,
        )


async def _typing(desk: Desk, customer: Customer) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await show_typing(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=customer.conversation_id,
            new_id=new_id,
            find_type=lambda name: desk.channel_type,
        )


async def _count_acts(desk: Desk) -> object:
    return await desk.connection.fetchval("select count(*) from acts where channel_id = $1", desk.channel_id)
