"""Greetings and away messages against the database: one for a burst, once per absence, and never across a person."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions.add_note import add_note
from threadline.actions.answer_incoming import answer_incoming
from threadline.actions.change_automatic_replies import set_automatic_reply
from threadline.actions.change_conversation import change_conversation
from threadline.actions.send_automatic_replies import send_automatic_replies
from threadline.actions.send_message import send_message
from threadline.channels.contract import InboundReaction
from threadline.channels.registry import channel_type
from threadline.core.automatic_reply import AutomaticReply, Place, ReplyKind
from threadline.core.content import Text
from threadline.core.events import EventKind
from threadline.core.message import Author, AuthorKind, Status
from threadline.core.permission import Caller, Permission
from threadline.core.saved_reply import Wording
from threadline.store.automatic_replies import find_workspaces_with_due
from threadline.store.events import read_events
from threadline.store.session import Role
from threadline.workers.automatic_timers import AutomaticTimers

pytestmark = pytest.mark.asyncio

HELLO = 'Hello {{contact.first_name | default: "there"}}'
AWAY = "We answer {{hours.returns}}"


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        person_id = uuid4()
        await opened.connection.execute(
            "insert into people (id, email, name) values ($1, $2, 'Ana')", person_id, f"{person_id}@x.test"
        )
        await opened.connection.execute(
            "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $2, 'agent')",
            opened.workspace_id,
            person_id,
        )
        yield opened


async def test_a_burst_has_one_greeting_which_waits_and_counts_as_no_answer(desk: ReceivingDesk) -> None:
    await _set(desk, "greeting", HELLO)
    await desk.receive(*(desk.message(1, f"m{number}") for number in range(3)))
    await _decide(desk)
    (waiting,) = await desk.of("automatic_sends")
    assert (waiting["state"], waiting["due_at"] - desk.now) == ("waiting", timedelta(seconds=4))
    before = await desk.one("select * from conversations where workspace_id = $1", desk.workspace_id)
    assert await _come(desk, is_due=False) == 0, "not yet"
    assert await _come(desk) == 1
    assert await _come(desk) == 0
    (said,) = await _said(desk)
    assert (said["text"], said["automatic"], said["author_kind"]) == ("Hello there", "first_message", "system")
    after = await desk.one("select * from conversations where workspace_id = $1", desk.workspace_id)
    for column in ("state", "waiting_since", "assignee_id", "team_id", "incoming_count", "woken_at"):
        assert after[column] == before[column], column
    assert before["waiting_since"] is not None
    (queued,) = [one for one in await desk.of("events", order="seq") if one["kind"] == "message_queued"]
    assert '"automatic": "first_message"' in str(queued["data"])
    (decided,) = [one for one in await desk.of("events", order="seq") if one["kind"] == "answer_decided"]
    assert decided["message_id"] == said["id"]
    decisions = await desk.of("answer_decisions", order="message_id")
    assert [(one["answered_by"], one["reason"]) for one in decisions] == [
        ("automatic", "first_message"),
        ("person", "not_first"),
        ("person", "not_first"),
    ]


async def test_one_away_message_in_an_absence_and_another_in_the_next(desk: ReceivingDesk) -> None:
    await _set(desk, "greeting", HELLO)
    await _set(desk, "away", AWAY)
    await _close(desk)
    await _hear(desk, "m1")
    assert [(one["automatic"], one["text"]) for one in await _said(desk)] == [("outside_hours", await _return(desk))]
    desk.advance(minutes=20)
    await _hear(desk, "m2")
    assert len(await _said(desk)) == 1
    # An absence ago: it was open for an hour in between.
    await desk.connection.execute("update automatic_sends set decided_at = decided_at - interval '1 day'")
    await _hear(desk, "m3")
    assert [one["automatic"] for one in await _said(desk)] == ["outside_hours", "outside_hours"]


async def test_a_team_and_a_channel_have_their_own_words_and_hours(desk: ReceivingDesk) -> None:
    team_id = uuid4()
    await desk.connection.execute(
        "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, 'Sales', 'sales', 'teal')",
        desk.workspace_id,
        team_id,
    )
    await _set(desk, "away", "everywhere")
    await _set(desk, "away", "on this channel", place=Place(channel_id=desk.channel.id))
    await _set(desk, "away", "of the team", place=Place(team_id=team_id))
    await _close(desk)
    await _hear(desk, "m1")
    await desk.receive(desk.message(2, "m2"))
    await desk.connection.execute(
        "update conversations set team_id = $2 where workspace_id = $1 and id not in"
        " (select conversation_id from automatic_sends where workspace_id = $1)",
        desk.workspace_id,
        team_id,
    )
    await _decide(desk)
    await _come(desk)
    assert [one["text"] for one in await _said(desk)] == ["on this channel", "of the team"]
    await _set(desk, "away", "on this channel", place=Place(channel_id=desk.channel.id), is_on=False)
    await _hear(desk, "m3", customer=3)
    assert len(await _said(desk)) == 2, "off here is off, whatever is said elsewhere"


async def test_who_is_on_the_rota_says_when_a_team_answers_again(desk: ReceivingDesk) -> None:
    """It opens in two hours; the one member of the team who is planned works from the hour after that on."""
    team_id, agent_id = uuid4(), await _agent_id(desk)
    await desk.connection.execute(
        "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, 'Sales', 'sales', 'teal')",
        desk.workspace_id,
        team_id,
    )
    await desk.connection.execute(
        "insert into team_members (workspace_id, team_id, agent_id) values ($1, $2, $3)",
        desk.workspace_id,
        team_id,
        agent_id,
    )
    first = (desk.now.hour + 3) % 24 * 60
    shift = {"from_minute": first, "to_minute": first + 60}
    await desk.connection.execute(
        "insert into rota_plans (workspace_id, agent_id, from_day, zone, weeks)"
        " values ($1, $2, '2020-01-06', 'UTC', $3::jsonb)",
        desk.workspace_id,
        agent_id,
        str([[[shift]] * 7]).replace("'", '"'),
    )
    await _set(desk, "away", AWAY)
    await _close(desk)
    await _hear(desk, "m1")
    await desk.receive(desk.message(2, "m2"))
    await desk.connection.execute(
        "update conversations set team_id = $2 where workspace_id = $1 and id not in"
        " (select conversation_id from automatic_sends where workspace_id = $1)",
        desk.workspace_id,
        team_id,
    )
    await _decide(desk)
    await _come(desk)
    assert [one["text"] for one in await _said(desk)] == [await _return(desk), await _return(desk, hours=3)]


async def test_the_customers_language_and_else_the_first(desk: ReceivingDesk) -> None:
    await _set(desk, "greeting", "Hello", Wording(language="de", text="Guten Tag"))
    for number, locale in enumerate(("de", "sv")):
        await desk.receive(desk.message(number, f"m{number}"))
        await desk.connection.execute(
            "update contacts set locale = $2 where workspace_id = $1 and id in"
            " (select contact_id from addresses where workspace_id = $1 and value = $3)",
            desk.workspace_id,
            locale,
            f"u{number}",
        )
        await _decide(desk)
        await _come(desk)
    assert [one["text"] for one in await _said(desk)] == ["Guten Tag", "Hello"]


async def test_whoever_writes_notes_takes_or_ends_it_meanwhile_cancels_it(desk: ReceivingDesk) -> None:
    await _set(desk, "greeting", HELLO)
    for number, act in enumerate((_answer, _note, _take, _resolve)):
        await desk.receive(desk.message(number, f"m{number}"))
        await _decide(desk)
        waiting = await desk.one(
            "select conversation_id from automatic_sends where workspace_id = $1 and state = 'waiting'",
            desk.workspace_id,
        )
        await act(desk, waiting["conversation_id"])
        await _come(desk)
    sends = await desk.of("automatic_sends")
    assert [(one["state"], one["reason"]) for one in sends] == [("left_out", "person_acted")] * 4
    assert await _said(desk) == []


async def test_never_right_after_a_person_has_written(desk: ReceivingDesk) -> None:
    await _set(desk, "away", AWAY)
    await _close(desk)
    await desk.receive(desk.message(1, "m1", "Are you there?"))
    conversation = await desk.one("select id from conversations where workspace_id = $1", desk.workspace_id)
    await _answer(desk, conversation["id"])
    desk.advance(minutes=14)
    await _hear(desk, "m2")
    assert await _said(desk) == []
    desk.advance(minutes=2)
    await _hear(desk, "m3")
    assert len(await _said(desk)) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update contacts set blocked_at = now() where workspace_id = $1", "blocked"),
        ("update contacts set muted_at = now() where workspace_id = $1", "muted"),
        ("update contacts set opted_out_at = now() where workspace_id = $1", "opted_out"),
        (
            "update conversations set window_closes_at = now() - interval '1 minute' where workspace_id = $1",
            "window_closed",
        ),
        ("update conversations set state = 'pending' where workspace_id = $1", "flow"),
        ("update automatic_replies set is_on = false where workspace_id = $1", "nothing_else_configured"),
        ("update calendars set zone = 'Mars/Olympus' where workspace_id = $1", "hours_unreadable"),
        ("update channels set state = 'disconnected' where workspace_id = $1", "channel_disconnected"),
    ],
)
async def test_what_became_impossible_meanwhile_is_left_out_with_its_reason(
    desk: ReceivingDesk, change: str, reason: str
) -> None:
    await _set(desk, "away", AWAY)
    await _close(desk)
    await desk.receive(desk.message(1, "m1"))
    await _decide(desk)
    await desk.connection.execute(change, desk.workspace_id)
    if reason == "window_closed":
        await desk.connection.execute(
            "update reaches set window_closes_at = now() - interval '1 minute' where workspace_id = $1",
            desk.workspace_id,
        )
    await _come(desk)
    (send,) = await desk.of("automatic_sends")
    assert (send["state"], send["reason"]) == ("left_out", reason)
    assert await _said(desk) == []
    events = await desk.of("events", order="seq")
    assert [str(one["data"]) for one in events if one["kind"] == "answer_decided"] == [
        f'{{"reason": "{reason}", "automatic": "left_out"}}'
    ]


async def test_reactions_statuses_echoes_history_and_thanks_start_nothing(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    await _decide(desk)
    sent = await desk.add_outgoing(1, provider_id="out")
    await desk.connection.execute(
        "update conversations set state = 'resolved', resolved_at = $2, waiting_since = null where workspace_id = $1",
        desk.workspace_id,
        desk.advance(hours=1),
    )
    await _set(desk, "greeting", HELLO)
    await _set(desk, "away", AWAY)
    await _close(desk)
    desk.advance(hours=1)
    first = desk.message(1, "m1")
    await desk.receive(
        desk.status(sent, Status.READ, "out"),
        InboundReaction(provider_id="r1", party=first.party, target_provider_id="m1", emoji="👍", at=desk.now),
        desk.message(1, "m2", "👍"),
        desk.message(2, "old", from_history=True),
        desk.message(3, "echo", by_business=True),
    )
    await _decide(desk)
    assert await desk.of("automatic_sends") == []
    reasons = {row["reason"] for row in await desk.of("answer_decisions")}
    assert reasons == {"nothing_else_configured", "quiet"}


async def test_a_bot_at_the_other_end_gets_no_more_than_three_in_an_hour(desk: ReceivingDesk) -> None:
    await _set(desk, "away", AWAY)
    await _close(desk)
    for number in range(6):
        await _hear(desk, f"m{number}")
        # As if every one of them were in an absence of its own.
        await desk.connection.execute(
            "update automatic_sends set reason = 'first_message' where workspace_id = $1 and state = 'sent'",
            desk.workspace_id,
        )
    assert len(await _said(desk)) == 3
    last = await desk.one(
        "select reason from answer_decisions where workspace_id = $1 order by decided_at desc, message_id desc limit 1",
        desk.workspace_id,
    )
    assert last["reason"] == "too_many"


async def test_whoever_writes_faster_than_people_do_gets_nothing_until_it_is_calmer(desk: ReceivingDesk) -> None:
    """Nothing of theirs is lost: it stands in the thread, reopens and waits as any other."""
    await _set(desk, "away", "Closed")
    await _close(desk)
    await desk.receive(*(desk.message(1, f"m{number}") for number in range(21)))
    await desk.receive(*(desk.message(2, f"n{number}") for number in range(20)))
    await _decide(desk)
    await _come(desk)
    assert len(await _said(desk)) == 1, "twenty lines in a minute are a person's"
    conversations = await desk.of("conversations", "incoming_count, waiting_since is not null as waits", "1")
    assert [(one["incoming_count"], one["waits"]) for one in conversations] == [(20, True), (21, True)]
    desk.advance(seconds=61)
    await _hear(desk, "m21")
    assert len(await _said(desk)) == 2


async def test_a_worker_that_dies_while_it_says_it_leaves_it_to_the_next_one(desk: ReceivingDesk) -> None:
    """Claiming, saying and settling are one transaction: what is not committed never happened."""
    await _set(desk, "greeting", HELLO)
    await desk.receive(desk.message(1, "m1"))
    await _decide(desk)
    await _make_due(desk)
    with pytest.raises(RuntimeError, match="killed"):
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            assert await send_automatic_replies(session, now=desk.now, new_id=desk.new_id, find_type=channel_type) == 1
            raise RuntimeError("killed")
    assert await _said(desk) == []
    timers = AutomaticTimers(desk.database, lambda: desk.now, desk.new_id)
    await timers.step()
    await timers.step()
    assert len(await _said(desk)) == 1


async def test_events_that_come_again_start_nothing_again(desk: ReceivingDesk) -> None:
    await _set(desk, "greeting", HELLO)
    await desk.receive(desk.message(1, "m1"))
    await _decide(desk)
    await _come(desk)
    await _decide(desk)
    assert [one["state"] for one in await desk.of("automatic_sends")] == ["sent"]


async def test_what_has_come_back_by_itself_stays_on_top_until_a_person_looks(desk: ReceivingDesk) -> None:
    await _set(desk, "greeting", HELLO)
    await desk.receive(desk.message(1, "m1"))
    await _decide(desk)
    await desk.connection.execute(
        "update conversations set woken_at = $2, woken_reason = 'time' where workspace_id = $1",
        desk.workspace_id,
        desk.now,
    )
    await _come(desk)
    assert len(await _said(desk)) == 1
    after = await desk.one(
        "select woken_at, woken_reason from conversations where workspace_id = $1", desk.workspace_id
    )
    assert after == {"woken_at": desk.now, "woken_reason": "time"}


async def _close(desk: ReceivingDesk) -> None:
    """It was open until two hours ago and is again in two, every day, in the zone of UTC."""
    first = (desk.now.hour + 2) % 24
    periods = [{"from_minute": first * 60, "to_minute": first * 60 + 20 * 60}]
    await desk.connection.execute(
        "insert into calendars (workspace_id, id, name, name_key, zone, week, is_default)"
        " values ($1, $2, 'Shop', 'shop', 'UTC', $3::jsonb, true)",
        desk.workspace_id,
        uuid4(),
        str([periods] * 7).replace("'", '"'),
    )


async def _return(desk: ReceivingDesk, hours: int = 2) -> str:
    opens = desk.now.replace(minute=0, second=0) + timedelta(hours=hours)
    return f"We answer {'today' if opens.date() == desk.now.date() else 'tomorrow'} from {opens.hour}:00"


async def _set(
    desk: ReceivingDesk, kind: str, text: str, *more: Wording, place: Place | None = None, is_on: bool = True
) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await set_automatic_reply(
            session,
            caller=Caller(desk.workspace_id, frozenset(Permission), token_id=uuid4()),
            kind=ReplyKind(kind),
            place=place or Place(),
            reply=AutomaticReply(is_on=is_on, wordings=(Wording(language="en", text=text), *more), expected_min=0),
            now=desk.now,
            new_id=desk.new_id,
        )


async def _hear(desk: ReceivingDesk, provider_id: str, *, customer: int = 1) -> None:
    """A message comes, and what follows from it."""
    await desk.receive(desk.message(customer, provider_id))
    await _decide(desk)
    await _come(desk)


async def _decide(desk: ReceivingDesk) -> None:
    """What the consumer does with everything so far; what it has seen already changes nothing."""
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        events = await read_events(await session.raw(), workspace_id=desk.workspace_id, after_seq=0, limit=10_000)
        wanted = [one for one in events if one.event.kind is EventKind.MESSAGE_RECEIVED]
        await answer_incoming(session, wanted, now=desk.now, new_id=desk.new_id)


async def _make_due(desk: ReceivingDesk) -> None:
    await desk.connection.execute(
        "update automatic_sends set due_at = now() - interval '1 second' where workspace_id = $1", desk.workspace_id
    )


async def _come(desk: ReceivingDesk, *, is_due: bool = True) -> int:
    """What the timer does, if it finds the workspace. Returns how many were due."""
    if is_due:
        await _make_due(desk)
    async with desk.database.transaction(Role.ENGINE) as session:
        if desk.workspace_id not in await find_workspaces_with_due(await session.raw(), limit=1000):
            return 0
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        return await send_automatic_replies(session, now=desk.now, new_id=desk.new_id, find_type=channel_type)


async def _said(desk: ReceivingDesk) -> Sequence[dict[str, Any]]:
    return await desk.rows(
        "select id, automatic, author_kind, content ->> 'text' as text from messages where workspace_id = $1"
        " and direction = 'outgoing' and automatic is not null order by created_at, id",
        desk.workspace_id,
    )


async def _agent_id(desk: ReceivingDesk) -> UUID:
    return (await desk.one("select id from agents where workspace_id = $1", desk.workspace_id))["id"]


async def _caller(desk: ReceivingDesk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=await _agent_id(desk))


async def _answer(desk: ReceivingDesk, conversation_id: UUID) -> None:
    agent_id = await _agent_id(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await send_message(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=conversation_id,
            author=Author(AuthorKind.AGENT, agent_id),
            content=Text(text="I am here"),
            client_id=None,
            now=desk.now,
            new_id=desk.new_id,
            find_type=channel_type,
        )


async def _change(desk: ReceivingDesk, conversation_id: UUID, state: Any, assignee_id: Any) -> None:
    caller = await _caller(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_conversation(
            session,
            caller=caller,
            conversation_id=conversation_id,
            state=state,
            assignee_id=assignee_id,
            now=desk.now,
            new_id=desk.new_id,
        )


async def _note(desk: ReceivingDesk, conversation_id: UUID) -> None:
    agent_id = await _agent_id(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await add_note(
            session,
            workspace_id=desk.workspace_id,
            conversation_id=conversation_id,
            author=Author(AuthorKind.AGENT, agent_id),
            content=Text(text="I am on it"),
            client_id=None,
            now=desk.now,
            new_id=desk.new_id,
        )


async def _take(desk: ReceivingDesk, conversation_id: UUID) -> None:
    await _change(desk, conversation_id, None, await _agent_id(desk))


async def _resolve(desk: ReceivingDesk, conversation_id: UUID) -> None:
    await _change(desk, conversation_id, "resolved", "keep")
