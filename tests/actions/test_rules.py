"""Automation rules against the database: done once and whole, in their order, one answer each, and with a record."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.answer_incoming import answer_incoming
from threadline.actions.change_rule import RuleChange, change_rule, create_rule, delete_rule, restore_rule
from threadline.actions.create_label import create_label
from threadline.actions.delete_label import delete_label
from threadline.actions.keep_rule_timers import act_on_rule_timers, keep_rule_timers, recount_rule_timers
from threadline.actions.label_conversation import label_conversation
from threadline.actions.run_rules import run_rules
from threadline.actions.send_automatic_replies import send_automatic_replies
from threadline.core.acts import Act, LabelsAct, NoteAct, PriorityAct, ReplyAct, StateAct
from threadline.core.automation import MOST_DEPTH, MOST_RUNS, Occasion, Rule, Trigger
from threadline.core.content import Text
from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.filter import Condition, Group, Operator
from threadline.core.message import AuthorKind
from threadline.core.permission import ROLES, Caller, RoleName
from threadline.infra.clock import new_id, utc_now
from threadline.store.automation import RuleRun, list_runs
from threadline.store.events import NumberedEvent, read_events
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio

URGENT = Group(of=(Condition(field="priority", operator=Operator.ANY_OF, values=("3",)),))
CALM = Group(of=(Condition(field="priority", operator=Operator.NONE_OF, values=("3",)),))
HEARD = Trigger(on=Occasion.HEARD)


async def test_a_rule_does_its_acts_and_tells_why(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    label_id = await _label(desk)
    rule = await _make(desk, [LabelsAct(add=[label_id]), PriorityAct(priority=3)], filter=CALM)
    await _run(desk, await _heard(desk, customer))
    assert (await desk.conversation(customer))["priority"] == 3
    (run,) = await _runs(desk, rule)
    assert (run.outcome, [(one.kind, one.verdict) for one in run.steps]) == (
        "done",
        [("labels", "does"), ("priority", "does")],
    )
    assert await _lines(desk, customer) == ["rule_ran", "labelled", "priority"]
    rows = await desk.connection.fetch(
        "select distinct depth, actor_id from events where workspace_id = $1 and kind in ('conversation_changed',"
        " 'rule_run') and depth > 0",
        desk.workspace_id,
    )
    assert [(row["depth"], row["actor_id"]) for row in rows] == [(1, rule.id)]


async def test_the_same_event_read_twice_is_one_run(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [NoteAct(text="Look")])
    event = await _heard(desk, customer)
    for _ in range(3):
        await _run(desk, event)
    assert len(await _runs(desk, rule)) == 1
    assert await _count(desk, customer, "note") == 1


async def test_a_crash_before_the_commit_leaves_nothing_and_the_next_try_does_it_once(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [NoteAct(text="Look"), PriorityAct(priority=2)])
    event = await _heard(desk, customer)
    with pytest.raises(KeyboardInterrupt):
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            await run_rules(session, [event], now=utc_now(), new_id=new_id, find_type=lambda name: desk.channel_type)
            raise KeyboardInterrupt
    assert (await _runs(desk, rule), await _count(desk, customer, "note")) == ([], 0)
    await _run(desk, event)
    assert (len(await _runs(desk, rule)), await _count(desk, customer, "note")) == (1, 1)


async def test_a_refused_act_undoes_those_before_it_and_says_why(desk: Desk) -> None:
    customer = await desk.add_customer("ana", window_open=False)
    rule = await _make(desk, [NoteAct(text="Look"), ReplyAct(text="Hello")], on=Occasion.NOTED)
    await _run(desk, _event(desk, customer, EventKind.NOTE_ADDED))
    (run,) = await _runs(desk, rule)
    assert (run.outcome, run.steps[0].place, run.steps[0].reason) == ("refused", 1, "window_closed")
    assert await _count(desk, customer, "note") == 0
    assert await _lines(desk, customer) == []


async def test_resolving_where_a_label_is_wanted_first_is_refused(desk: Desk) -> None:
    await desk.connection.execute(
        "update workspaces set settings = settings || '{\"resolving_needs_label\": true}' where id = $1",
        desk.workspace_id,
    )
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [StateAct(state="resolved")])
    await _run(desk, await _heard(desk, customer))
    (run,) = await _runs(desk, rule)
    assert run.outcome == "refused"
    assert run.steps[0].reason
    assert (await desk.conversation(customer))["state"] == "open"


async def test_rules_are_asked_in_their_order_and_see_what_those_before_did(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    first = await _make(desk, [PriorityAct(priority=3)], filter=CALM)
    second = await _make(desk, [NoteAct(text="Urgent")], filter=URGENT)
    third = await _make(desk, [NoteAct(text="Calm")], filter=CALM)
    await _run(desk, await _heard(desk, customer))
    assert [len(await _runs(desk, one)) for one in (first, second, third)] == [1, 1, 0]


async def test_what_stood_so_already_leaves_no_line(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [PriorityAct(priority=0)])
    await _run(desk, await _heard(desk, customer))
    (run,) = await _runs(desk, rule)
    assert run.outcome == "nothing"
    assert await _lines(desk, customer) == []


async def test_a_deleted_label_stops_the_whole_rule(desk: Desk) -> None:
    customer, label_id = await desk.add_customer("ana"), await _label(desk)
    rule = await _make(desk, [PriorityAct(priority=3), LabelsAct(add=[label_id])])
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_label(session, caller=_caller(desk), label_id=label_id, now=utc_now(), new_id=new_id)
    await _run(desk, await _heard(desk, customer))
    (run,) = await _runs(desk, rule)
    assert (run.outcome, run.steps[0].reason) == ("broken", "no_such_label")
    assert (await desk.conversation(customer))["priority"] == 0


async def test_a_deleted_label_in_a_condition_matches_nobody_by_mistake(desk: Desk) -> None:
    customer, label_id = await desk.add_customer("ana"), await _label(desk)
    asked = Group(of=(Condition(field="label", operator=Operator.NONE_OF, values=(str(label_id),)),))
    rule = await _make(desk, [PriorityAct(priority=3)], filter=asked)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_label(session, caller=_caller(desk), label_id=label_id, now=utc_now(), new_id=new_id)
    await _run(desk, await _heard(desk, customer))
    (run,) = await _runs(desk, rule)
    assert (run.outcome, run.steps[0].place) == ("broken", -1)
    assert (await desk.conversation(customer))["priority"] == 0


async def test_rules_that_call_each_other_are_stopped_and_say_so(desk: Desk) -> None:
    customer, one, other = await desk.add_customer("ana"), await _label(desk), await _label(desk)
    rules = [
        await _make(desk, [LabelsAct(add=[other], remove=[one])], on=Occasion.LABELLED, of=(str(one),)),
        await _make(desk, [LabelsAct(add=[one], remove=[other])], on=Occasion.LABELLED, of=(str(other),)),
    ]
    seen = await _position(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await label_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            add=[one],
            remove=[],
            now=utc_now(),
            new_id=new_id,
        )
    for _ in range(MOST_DEPTH + 3):
        seen, events = await _events_after(desk, seen)
        if events:
            await _run(desk, *events)
    outcomes = [run.outcome for rule in rules for run in await _runs(desk, rule)]
    assert outcomes.count("circle") == 1
    assert outcomes.count("done") == MOST_DEPTH
    paused = await desk.connection.fetch(
        "select paused from automation_rules where workspace_id = $1 order by paused", desk.workspace_id
    )
    assert [row["paused"] for row in paused] == ["", "circle"]


async def test_a_rule_is_never_its_own_cause(desk: Desk) -> None:
    customer, label_id = await desk.add_customer("ana"), await _label(desk)
    rule = await _make(desk, [PriorityAct(priority=3), LabelsAct(add=[label_id])], on=Occasion.LABELLED)
    other = await _label(desk)
    seen = await _position(desk)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await label_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            add=[other],
            remove=[],
            now=utc_now(),
            new_id=new_id,
        )
    for _ in range(3):
        seen, events = await _events_after(desk, seen)
        if events:
            await _run(desk, *events)
    assert [run.outcome for run in await _runs(desk, rule)] == ["done"]


async def test_one_that_runs_too_often_in_a_conversation_waits_and_says_it_once(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [NoteAct(text="Look")])
    for _ in range(MOST_RUNS + 3):
        await _run(desk, await _heard(desk, customer))
    outcomes = [run.outcome for run in await _runs(desk, rule)]
    assert (outcomes.count("done"), outcomes.count("too_often")) == (MOST_RUNS, 1)


# Answers -------------------------------------------------------------------------------------------------------------


async def test_seven_rules_that_match_send_one_text(desk: Desk) -> None:
    customer, label_id = await desk.add_customer("ana"), await _label(desk)
    rules = [await _make(desk, [ReplyAct(text=f"Answer {number}")]) for number in range(6)]
    rules.append(await _make(desk, [ReplyAct(text="Last"), LabelsAct(add=[label_id])]))
    await _run(desk, await _heard(desk, customer))
    assert await _said(desk, customer) == []
    await _let_wait_pass(desk)
    assert await _said(desk, customer) == [("Answer 0", "rule")]
    (first,), (last,) = await _runs(desk, rules[0]), await _runs(desk, rules[-1])
    assert (first.steps[0].verdict, first.reply) == ("waits", "sent")
    assert [(one.verdict, one.reason) for one in last.steps] == [("left_out", "another_rule_answers"), ("does", "")]
    assert last.outcome == "done"
    row = await desk.conversation(customer)
    assert row["waiting_since"] is not None
    assert row["assignee_id"] is None


@pytest.mark.parametrize("rule_first", [True, False])
async def test_a_rules_answer_goes_before_a_greeting_whichever_was_asked_first(desk: Desk, rule_first: bool) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute(
        "insert into automatic_replies (workspace_id, id, kind, is_on, wordings)"
        ' values ($1, $2, \'greeting\', true, \'[{"language": "en", "text": "Welcome"}]\')',
        desk.workspace_id,
        new_id(),
    )
    await _make(desk, [ReplyAct(text="By rule")])
    event = await _heard(desk, customer, is_first=True)
    steps = [partial(_run, desk, event), partial(_decide, desk, event)]
    for step in steps if rule_first else reversed(steps):
        await step()
    await _let_wait_pass(desk)
    assert await _said(desk, customer) == [("By rule", "rule")]


async def test_a_rule_that_was_switched_off_meanwhile_lets_the_greeting_speak(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute(
        "insert into automatic_replies (workspace_id, id, kind, is_on, wordings)"
        ' values ($1, $2, \'greeting\', true, \'[{"language": "en", "text": "Welcome"}]\')',
        desk.workspace_id,
        new_id(),
    )
    rule = await _make(desk, [ReplyAct(text="By rule")])
    await _run(desk, await _heard(desk, customer, is_first=True))
    await _change(desk, rule, is_on=False)
    await _let_wait_pass(desk)
    assert await _said(desk, customer) == [("Welcome", "first_message")]


@pytest.mark.parametrize("column", ["muted_at", "blocked_at", "opted_out_at"])
async def test_who_is_muted_blocked_or_opted_out_hears_nothing(desk: Desk, column: str) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [ReplyAct(text="Hello")])
    await _run(desk, await _heard(desk, customer))
    await desk.connection.execute(f"update contacts set {column} = now() where id = $1", customer.contact_id)
    await _let_wait_pass(desk)
    assert await _said(desk, customer) == []
    (run,) = await _runs(desk, rule)
    assert (run.reply, bool(run.reply_reason)) == ("left_out", True)


async def test_a_person_who_writes_meanwhile_goes_first(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [ReplyAct(text="Hello")])
    await _run(desk, await _heard(desk, customer))
    await desk.send(customer, Text(text="I am here"), author=AuthorKind.AGENT)
    await _let_wait_pass(desk)
    assert [text for text, automatic in await _said(desk, customer) if automatic] == []
    assert (await _runs(desk, rule))[0].reply == "left_out"


# Times ---------------------------------------------------------------------------------------------------------------


async def test_who_is_silent_is_reminded_once_and_then_resolved(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    reminds = await _make(desk, [ReplyAct(text="Still there?")], on=Occasion.SILENT, minutes=60)
    resolves = await _make(desk, [StateAct(state="resolved")], on=Occasion.SILENT, minutes=180)
    await _age_rules(desk)
    await _answer_ago(desk, customer, minutes=70)
    await _count_times(desk, customer)
    for _ in range(3):
        await _act(desk)
    assert [text for text, automatic in await _said(desk, customer) if automatic] == ["Still there?"]
    assert (await desk.conversation(customer))["state"] == "open"
    await _answer_ago(desk, customer, minutes=190)
    await _count_times(desk, customer)
    await _act(desk)
    assert (await desk.conversation(customer))["state"] == "resolved"
    assert [run.outcome for run in await _runs(desk, resolves)] == ["done"]
    assert "done" in {run.outcome for run in await _runs(desk, reminds)}


async def test_a_word_of_the_customer_cancels_it_though_nobody_has_counted_anew(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [StateAct(state="resolved")], on=Occasion.SILENT, minutes=60)
    await _age_rules(desk)
    await _answer_ago(desk, customer, minutes=70)
    await _count_times(desk, customer)
    await desk.receive(customer)
    await _act(desk)
    assert await _runs(desk, rule) == []
    assert (await desk.conversation(customer))["state"] == "open"


async def test_nobody_has_answered_for_so_long(desk: Desk) -> None:
    customer, answered = await desk.add_customer("ana"), await desk.add_customer("ben", is_waiting=False)
    rule = await _make(desk, [PriorityAct(priority=3)], on=Occasion.NO_REPLY, minutes=10)
    await _age_rules(desk)
    await desk.connection.execute(
        "update conversations set waiting_since = now() - interval '11 minutes' where id = $1", customer.conversation_id
    )
    await _count_times(desk, customer, answered)
    await _act(desk)
    assert [run.conversation_id for run in await _runs(desk, rule)] == [customer.conversation_id]
    assert (await desk.conversation(customer))["priority"] == 3


async def test_a_window_that_is_about_to_close(desk: Desk) -> None:
    soon, later = await desk.add_customer("ana"), await desk.add_customer("ben")
    rule = await _make(desk, [PriorityAct(priority=3)], on=Occasion.WINDOW, minutes=60)
    await _age_rules(desk)
    await desk.connection.execute(
        "update conversations set window_closes_at = now() + interval '50 minutes' where id = $1", soon.conversation_id
    )
    await _count_times(desk, soon, later)
    await _act(desk)
    assert [run.conversation_id for run in await _runs(desk, rule)] == [soon.conversation_id]


async def test_what_was_over_before_the_rule_was_made_is_left_alone(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.connection.execute(
        "update conversations set waiting_since = now() - interval '3 days' where id = $1", customer.conversation_id
    )
    rule = await _make(desk, [StateAct(state="resolved")], on=Occasion.NO_REPLY, minutes=10)
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await keep_rule_timers(session, [_changed(desk)], now=utc_now(), new_id=new_id)
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        assert await recount_rule_timers(session) == 1
    await _act(desk)
    assert await _runs(desk, rule) == []


async def test_two_workers_act_on_one_time_once(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [NoteAct(text="Look")], on=Occasion.NO_REPLY, minutes=10)
    await _age_rules(desk)
    await desk.connection.execute(
        "update conversations set waiting_since = now() - interval '11 minutes' where id = $1", customer.conversation_id
    )
    await _count_times(desk, customer)
    await asyncio.gather(*(_act(desk) for _ in range(4)))
    await _act(desk)
    assert len(await _runs(desk, rule)) == 1
    assert await _count(desk, customer, "note") == 1


# Words and versions --------------------------------------------------------------------------------------------------


async def test_what_it_said_before_can_be_said_again(desk: Desk) -> None:
    rule = await _make(desk, [PriorityAct(priority=3)])
    changed = await _change(desk, rule, acts=[PriorityAct(priority=1)], name="Other")
    assert changed.version == 2
    switched = await _change(desk, rule, is_on=False)
    assert switched.version == 2
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        back = await restore_rule(
            session, caller=_caller(desk), rule_id=rule.id, version=1, now=utc_now(), new_id=new_id
        )
    assert (back.version, back.name, back.acts) == (3, rule.name, rule.acts)


async def test_names_are_taken_once_and_a_deleted_rule_does_nothing(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    rule = await _make(desk, [PriorityAct(priority=3)], name="Same")
    with pytest.raises(Conflict, match="of this name"):
        await _make(desk, [PriorityAct(priority=2)], name="same")
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_rule(session, caller=_caller(desk), rule_id=rule.id, now=utc_now(), new_id=new_id)
    await _run(desk, await _heard(desk, customer))
    assert (await desk.conversation(customer))["priority"] == 0


async def test_a_broken_rule_can_be_switched_off_and_not_on(desk: Desk) -> None:
    label_id = await _label(desk)
    rule = await _make(desk, [LabelsAct(add=[label_id])])
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_label(session, caller=_caller(desk), label_id=label_id, now=utc_now(), new_id=new_id)
    assert (await _change(desk, rule, is_on=False)).is_on is False
    with pytest.raises(Invalid, match="label"):
        await _change(desk, rule, is_on=True)


# Hands ---------------------------------------------------------------------------------------------------------------


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, ROLES[RoleName.ADMIN], agent_id=desk.agent_id, person_id=uuid4())


async def _make(
    desk: Desk,
    acts: Sequence[Act],
    *,
    on: Occasion = Occasion.HEARD,
    of: tuple[str, ...] = (),
    minutes: int = 0,
    filter: Group = Group(),  # noqa: B008 - a frozen value
    name: str = "",
) -> Rule:
    rule = Rule(
        id=new_id(),
        name=name or uuid4().hex[:8],
        trigger=Trigger(on=on, of=of, minutes=minutes),
        filter=filter,
        acts=list(acts),
        on_since=utc_now(),
    )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await create_rule(session, caller=_caller(desk), rule=rule, now=utc_now(), new_id=new_id)


async def _change(desk: Desk, rule: Rule, **change: Any) -> Rule:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await change_rule(
            session,
            caller=_caller(desk),
            rule_id=rule.id,
            change=RuleChange(**change),
            now=utc_now(),
            new_id=new_id,
        )


async def _label(desk: Desk) -> UUID:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        label = await create_label(
            session,
            caller=_caller(desk),
            kind="conversation",
            name=uuid4().hex[:8],
            colour="teal",
            now=utc_now(),
            new_id=new_id,
        )
    return label.id


async def _heard(desk: Desk, customer: Customer, *, is_first: bool = False) -> NumberedEvent:
    message_id = (await desk.conversation(customer))["last_message_id"] if is_first else await desk.receive(customer)
    return _event(desk, customer, EventKind.MESSAGE_RECEIVED, message_id=message_id, data={"direction": "incoming"})


def _event(desk: Desk, customer: Customer, kind: EventKind, **more: Any) -> NumberedEvent:
    event = Event(
        id=new_id(),
        workspace_id=desk.workspace_id,
        kind=kind,
        at=utc_now(),
        conversation_id=customer.conversation_id,
        contact_id=customer.contact_id,
        channel_id=desk.channel_id,
        **more,
    )
    return NumberedEvent(seq=1, event=event)


def _changed(desk: Desk) -> NumberedEvent:
    return NumberedEvent(
        seq=1, event=Event(id=new_id(), workspace_id=desk.workspace_id, kind=EventKind.RULE_CHANGED, at=utc_now())
    )


async def _run(desk: Desk, *events: NumberedEvent) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await run_rules(session, events, now=utc_now(), new_id=new_id, find_type=lambda name: desk.channel_type)


async def _decide(desk: Desk, event: NumberedEvent) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await answer_incoming(session, [event], now=utc_now(), new_id=new_id)


async def _let_wait_pass(desk: Desk) -> None:
    await desk.connection.execute(
        "update automatic_sends set due_at = now() where workspace_id = $1 and state = 'waiting'", desk.workspace_id
    )
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await send_automatic_replies(session, now=utc_now(), new_id=new_id, find_type=lambda name: desk.channel_type)


async def _runs(desk: Desk, rule: Rule) -> list[RuleRun]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        found, _ = await list_runs(session, _caller(desk), rule_id=rule.id, limit=100)
    return found


async def _lines(desk: Desk, customer: Customer) -> list[str]:
    rows = await desk.connection.fetch(
        "select content ->> 'what' as what from messages where conversation_id = $1 and direction = 'line'"
        " order by seq",
        customer.conversation_id,
    )
    return [row["what"] for row in rows]


async def _count(desk: Desk, customer: Customer, direction: str) -> int:
    found: int = await desk.connection.fetchval(
        "select count(*) from messages where conversation_id = $1 and direction = $2",
        customer.conversation_id,
        direction,
    )
    return found


async def _said(desk: Desk, customer: Customer) -> list[tuple[str, str | None]]:
    rows = await desk.connection.fetch(
        "select content ->> 'text' as text, automatic from messages where conversation_id = $1"
        " and direction = 'outgoing' order by seq",
        customer.conversation_id,
    )
    return [(row["text"], row["automatic"]) for row in rows]


async def _position(desk: Desk) -> int:
    found: int = await desk.connection.fetchval(
        "select last_seq from feed_counters where workspace_id = $1", desk.workspace_id
    )
    return found


async def _events_after(desk: Desk, seq: int) -> tuple[int, list[NumberedEvent]]:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        events = await read_events(await session.raw(), workspace_id=desk.workspace_id, after_seq=seq, limit=100)
    return (events[-1].seq if events else seq), list(events)


async def _answer_ago(desk: Desk, customer: Customer, *, minutes: int) -> None:
    """The last word is ours, and was said then."""
    if await _count(desk, customer, "outgoing") == 0:
        await desk.send(customer, Text(text="Here you are"), author=AuthorKind.AGENT)
    at = utc_now() - timedelta(minutes=minutes)
    await desk.connection.execute(
        "update messages set sort_at = $2::timestamptz - interval '1 minute'"
        " where conversation_id = $1 and direction = 'incoming'",
        customer.conversation_id,
        at,
    )
    await desk.connection.execute(
        "update messages set sort_at = $2 where conversation_id = $1 and direction = 'outgoing' and automatic is null",
        customer.conversation_id,
        at,
    )


async def _age_rules(desk: Desk) -> None:
    await desk.connection.execute(
        "update automation_rules set on_since = now() - interval '30 days', changed_at = clock_timestamp()"
        " where workspace_id = $1",
        desk.workspace_id,
    )


async def _count_times(desk: Desk, *customers: Customer) -> None:
    events = [
        _event(desk, one, EventKind.MESSAGE_QUEUED, message_id=new_id(), data={"by": "agent"}) for one in customers
    ]
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await keep_rule_timers(session, events, now=utc_now(), new_id=new_id)


async def _act(desk: Desk) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await act_on_rule_timers(session, now=utc_now(), new_id=new_id, find_type=lambda name: desk.channel_type)
