"""Macros: seen before, done as one act or not at all, sent once, and taken back as one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_macro import MacroChange, change_macro, create_macro, delete_macro
from threadline.actions.change_many import ChangeMany, do_next_part, order_change, order_undo
from threadline.actions.change_saved_reply import create_saved_reply
from threadline.actions.create_label import create_label
from threadline.actions.create_team import create_team
from threadline.actions.delete_team import delete_team
from threadline.actions.do_acts import Doing
from threadline.actions.run_macro import MacroPreview, Wish, preview_macro, run_macro, undo_run
from threadline.actions.set_priority import set_priority
from threadline.core.acts import (
    Act,
    AssignAct,
    LabelsAct,
    NoteAct,
    PriorityAct,
    ReplyAct,
    SnoozeAct,
    StateAct,
    TaskAct,
    TeamAct,
    TemplateAct,
)
from threadline.core.bulk import MacroOrder
from threadline.core.content import TemplateValue
from threadline.core.errors import Conflict, Forbidden, Invalid, NotFound, ThreadlineError, WindowClosed
from threadline.core.permission import ROLES, Caller, Permission, RoleName, Visibility
from threadline.infra.clock import new_id, utc_now
from threadline.store.bulk_changes import access_bulk, list_refused
from threadline.store.macros import Macro, access_macro, access_run, list_macros
from threadline.store.saved_replies import SavedReply
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


def _caller(desk: Desk, *, role: RoleName = RoleName.ADMIN, agent_id: UUID | None = None) -> Caller:
    return Caller(
        workspace_id=desk.workspace_id, permissions=ROLES[role], agent_id=agent_id or desk.agent_id, person_id=uuid4()
    )


async def _make(
    desk: Desk,
    acts: Sequence[Act],
    *,
    caller: Caller | None = None,
    is_shared: bool = True,
    team_id: UUID | None = None,
    name: str = "Refund",
) -> Macro:
    macro = Macro(id=new_id(), is_shared=is_shared, team_id=team_id, name=name, acts=list(acts), updated_at=utc_now())
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await create_macro(
            session, caller=caller or _caller(desk), macro=macro, now=macro.updated_at, new_id=new_id
        )


def _doing(desk: Desk, customer: Customer, run_id: UUID, caller: Caller | None = None, hold_s: int = 10) -> Doing:
    return Doing(
        caller=caller or _caller(desk),
        conversation_id=customer.conversation_id,
        run_id=run_id,
        now=utc_now(),
        new_id=new_id,
        find_type=lambda name: desk.channel_type,
        hold=timedelta(seconds=hold_s),
    )


async def _preview(desk: Desk, customer: Customer, macro: Macro, caller: Caller | None = None) -> MacroPreview:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await preview_macro(session, _doing(desk, customer, new_id(), caller), macro.id)


async def _run(
    desk: Desk,
    customer: Customer,
    macro: Macro,
    *,
    run_id: UUID | None = None,
    caller: Caller | None = None,
    **wish: Any,
) -> UUID:
    run_id = run_id or new_id()
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await run_macro(
            session,
            _doing(desk, customer, run_id, caller),
            macro.id,
            Wish(updated_at=wish.pop("updated_at", macro.updated_at), **wish),
        )
    return run_id


async def _undo(desk: Desk, run_id: UUID, caller: Caller | None = None) -> list[str]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        _, kept = await undo_run(
            session,
            caller=caller or _caller(desk),
            run_id=run_id,
            now=utc_now(),
            new_id=new_id,
            find_type=lambda name: desk.channel_type,
        )
    return list(kept)


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


async def _team(desk: Desk) -> UUID:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await create_team(
            session,
            caller=_caller(desk),
            name=uuid4().hex[:8],
            colour="teal",
            member_ids=[],
            now=utc_now(),
            new_id=new_id,
        )


async def _rows(desk: Desk) -> dict[str, list[Any]]:
    """Everything that running could leave behind."""
    tables = ("conversations", "messages", "attempts", "tasks", "conversation_labels", "macro_runs", "events")
    found: dict[str, list[Any]] = {}
    for table in tables:
        rows = await desk.connection.fetch(
            f"select t::text as row from {table} t where workspace_id = $1", desk.workspace_id
        )
        found[table] = sorted(row["row"] for row in rows)
    return found


async def _thread(desk: Desk, customer: Customer, direction: str) -> list[str]:
    rows = await desk.connection.fetch(
        "select content::jsonb ->> 'text' as text from messages where conversation_id = $1 and direction = $2"
        " and deleted_at is null order by seq",
        customer.conversation_id,
        direction,
    )
    return [row["text"] for row in rows]


async def test_several_acts_are_one_and_are_taken_back_as_one(desk: Desk) -> None:
    customer = await desk.add_customer("Carla Customer")
    label_id, team_id = await _label(desk), await _team(desk)
    before = await desk.conversation(customer)
    macro = await _make(
        desk,
        [
            TeamAct(team_id=team_id),
            StateAct(state="resolved"),
            LabelsAct(add=[label_id]),
            PriorityAct(priority=3),
            NoteAct(text="{{contact.name}} gets it back"),
            ReplyAct(text="Dear {{contact.first_name}}, it is on its way."),
            TaskAct(title="Check the account", is_mine=True, due_in_minutes=60),
        ],
    )
    run_id = await _run(desk, customer, macro)
    row = await desk.conversation(customer)
    assert (row["state"], row["team_id"], row["priority"]) == ("resolved", team_id, 3)
    assert await _thread(desk, customer, "outgoing") == ["Dear Carla, it is on its way."]
    assert await _thread(desk, customer, "note") == ["Carla Customer gets it back"]
    task = await desk.connection.fetchrow("select * from tasks where conversation_id = $1", customer.conversation_id)
    assert task is not None
    assert (task["title"], task["owner_id"]) == ("Check the account", desk.agent_id)
    assert (
        await desk.connection.fetchval(
            "select count(*) from attempts where conversation_id = $1 and status = 0", customer.conversation_id
        )
        == 1
    )

    assert await _undo(desk, run_id) == []
    row = await desk.conversation(customer)
    wanted = ("state", "assignee_id", "team_id", "priority", "waiting_since")
    assert {name: row[name] for name in wanted} == {name: before[name] for name in wanted}
    assert await _thread(desk, customer, "outgoing") == await _thread(desk, customer, "note") == []
    for table in ("tasks", "conversation_labels"):
        assert (
            await desk.connection.fetchval(f"select count(*) from {table} where workspace_id = $1", desk.workspace_id)
            == 0
        ), table
    with pytest.raises(Conflict):
        await _undo(desk, run_id)
    events = await desk.connection.fetch(
        "select data::text as data from events where workspace_id = $1 and kind = 'macro_run' order by seq",
        desk.workspace_id,
    )
    assert ["true" in one["data"] for one in events] == [False, True]
    assert all("Carla" not in one["data"] for one in events)


async def test_pressed_twice_it_is_done_once(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    macro = await _make(desk, [ReplyAct(text="Hello"), NoteAct(text="Said hello")])
    run_id = await _run(desk, customer, macro)
    before = await _rows(desk)
    assert await _run(desk, customer, macro, run_id=run_id) == run_id
    assert await _rows(desk) == before
    stranger = _caller(desk, agent_id=new_id())
    with pytest.raises(NotFound):
        await _run(desk, customer, macro, run_id=run_id, caller=stranger)


async def test_if_one_act_is_refused_none_is_done(desk: Desk) -> None:
    customer = await desk.add_customer("Ana", window_open=False)
    macro = await _make(desk, [PriorityAct(priority=3), NoteAct(text="x"), ReplyAct(text="Hello")])
    before = await _rows(desk)
    with pytest.raises(WindowClosed):
        await _run(desk, customer, macro)
    assert await _rows(desk) == before
    await _run(desk, customer, macro, left_out=[2])
    assert (await desk.conversation(customer))["priority"] == 3
    assert await _thread(desk, customer, "outgoing") == []


async def test_a_preview_says_what_each_act_does_here_and_changes_nothing(desk: Desk) -> None:
    label_id = await _label(desk)
    macro = await _make(
        desk,
        [
            StateAct(state="resolved"),
            ReplyAct(text="Dear {{contact.first_name}}"),
            LabelsAct(add=[label_id]),
            PriorityAct(priority=0),
        ],
    )
    customer = await desk.add_customer("Carla Customer", window_open=False)
    await desk.connection.execute(
        """update workspaces set settings = '{"resolving_needs_label": true}' where id = $1""", desk.workspace_id
    )
    before = await _rows(desk)
    seen = await _preview(desk, customer, macro)
    assert await _rows(desk) == before
    assert [(one.place, one.verdict, one.refusal and one.refusal.reason) for one in seen.steps] == [
        (1, "cannot", "window_closed"),
        (2, "does", None),
        (3, "same", None),
        (0, "does", None),
    ]
    assert "".join(piece.text for piece in seen.steps[0].pieces) == "Dear Carla"
    assert not seen.lacks_label, "a step before puts one on"
    other = await _make(desk, [StateAct(state="resolved")])
    seen = await _preview(desk, customer, other)
    assert (seen.lacks_label, seen.steps[0].verdict) == (True, "cannot")
    with pytest.raises(Conflict):
        await _run(desk, customer, other)
    run_id = await _run(desk, customer, other, label_ids=[label_id])
    assert (await desk.conversation(customer))["state"] == "resolved"
    assert await _undo(desk, run_id) == []
    assert (
        await desk.connection.fetchval(
            "select count(*) from conversation_labels where workspace_id = $1", desk.workspace_id
        )
        == 0
    )


async def test_what_is_not_known_of_a_customer_is_filled_in_by_the_agent(desk: Desk) -> None:
    customer = await desk.add_customer("")
    macro = await _make(desk, [PriorityAct(priority=1), ReplyAct(text="Dear {{contact.first_name}}")])
    seen = await _preview(desk, customer, macro)
    assert [one.refusal and one.refusal.reason for one in seen.steps] == [None, "place_unfilled"]
    with pytest.raises(Conflict):
        await _run(desk, customer, macro, left_out=[0])
    await _run(desk, customer, macro, left_out=[0], texts={1: "Dear customer"})
    assert await _thread(desk, customer, "outgoing") == ["Dear customer"]
    assert (await desk.conversation(customer))["priority"] == 0


async def test_a_macro_that_was_changed_since_it_was_seen_is_not_run(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    macro = await _make(desk, [ReplyAct(text="Hello")])
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_macro(
            session,
            caller=_caller(desk),
            macro_id=macro.id,
            change=MacroChange(acts=[ReplyAct(text="Something else")]),
            now=utc_now(),
            new_id=new_id,
        )
    with pytest.raises(Conflict) as refused:
        await _run(desk, customer, macro)
    assert refused.value.reason == "macro_changed"
    assert await _thread(desk, customer, "outgoing") == []


async def test_what_went_out_or_was_changed_since_stays_and_the_rest_goes_back(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    macro = await _make(desk, [ReplyAct(text="Hello"), PriorityAct(priority=3), NoteAct(text="x"), SnoozeAct()])
    run_id = await _run(desk, customer, macro)
    await desk.connection.execute("update attempts set status = 2 where workspace_id = $1", desk.workspace_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await set_priority(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            priority=1,
            now=utc_now(),
            new_id=new_id,
        )
    assert await _undo(desk, run_id) == ["message", "priority"]
    row = await desk.conversation(customer)
    assert (row["state"], row["priority"]) == ("open", 1)
    assert await _thread(desk, customer, "outgoing") == ["Hello"]
    assert await _thread(desk, customer, "note") == []


async def test_whoever_needs_a_review_asks_for_one(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    macro = await _make(desk, [ReplyAct(text="Hello"), PriorityAct(priority=1)])
    novice = _caller(desk, role=RoleName.AGENT)
    await _colleague(desk, "supervisor")
    await desk.connection.execute("update agents set is_novice = true where id = $1", desk.agent_id)
    assert (await _preview(desk, customer, macro, novice)).needs_review
    run_id = await _run(desk, customer, macro, caller=novice)
    assert await _thread(desk, customer, "outgoing") == []
    assert (
        await desk.connection.fetchval("select state from reviews where conversation_id = $1", customer.conversation_id)
        == "asked"
    )
    assert await _undo(desk, run_id, novice) == []
    assert (
        await desk.connection.fetchval("select state from reviews where workspace_id = $1", desk.workspace_id)
        == "withdrawn"
    )


async def _colleague(desk: Desk, role: str) -> UUID:
    person_id, agent_id = new_id(), new_id()
    await desk.connection.execute(
        "insert into people (id, email, name) values ($1, $2, 'Sue')", person_id, f"{person_id}@x.test"
    )
    await desk.connection.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, $4)",
        desk.workspace_id,
        agent_id,
        person_id,
        role,
    )
    return agent_id


async def test_who_gives_it_away_by_a_macro_has_done_all_of_it_before(desk: Desk) -> None:
    """An agent who sees only their own loses sight of it with the last act."""
    customer = await desk.add_customer("Ana")
    await desk.connection.execute(
        "update conversations set assignee_id = $2 where id = $1", customer.conversation_id, desk.agent_id
    )
    team_id = await _team(desk)
    macro = await _make(desk, [TeamAct(team_id=team_id), NoteAct(text="Please go on"), PriorityAct(priority=2)])
    narrow = Caller(
        workspace_id=desk.workspace_id,
        permissions=ROLES[RoleName.AGENT] | {Permission.CONVERSATIONS_ASSIGN},
        visibility=Visibility(only_assigned_to=desk.agent_id),
        agent_id=desk.agent_id,
    )
    await _run(desk, customer, macro, caller=narrow)
    row = await desk.conversation(customer)
    assert (row["team_id"], row["assignee_id"], row["priority"]) == (team_id, None, 2)


async def test_templates_go_out_filled_when_the_window_is_closed(desk: Desk) -> None:
    customer = await desk.add_customer("Carla Customer", window_open=False)
    await desk.connection.execute(
        "insert into templates (workspace_id, id, channel_type, account, provider_id, name, language, category, status,"
        " quality, reason, components) values ($1, $2, 'courier', 'acme', 'x', 'parcel', 'en', 'UTILITY', 'APPROVED',"
        """ '', '', '[{"type": "BODY", "text": "Your parcel, {{1}}"}]')""",
        desk.workspace_id,
        new_id(),
    )
    values = [TemplateValue(name="1", value="{{contact.first_name}}")]
    macro = await _make(desk, [TemplateAct(name="parcel", language="en", body_values=values)])
    assert (await _preview(desk, customer, macro)).steps[0].text == "Your parcel, Carla"
    await _run(desk, customer, macro)
    assert await _thread(desk, customer, "outgoing") == ["Your parcel, Carla"]


async def test_a_saved_reply_goes_out_in_the_customers_language_or_is_said_to_be_gone(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    reply = SavedReply(
        id=new_id(),
        is_shared=True,
        team_id=None,
        channel_id=None,
        title="Hours",
        shortcut="",
        text="We open at nine",
        variants=[],
        language="en",
        wordings=[],
        files=[],
    )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await create_saved_reply(session, caller=_caller(desk), reply=reply, now=utc_now(), new_id=new_id)
    macro = await _make(desk, [ReplyAct(reply_id=reply.id), PriorityAct(priority=1)])
    await _run(desk, customer, macro)
    assert await _thread(desk, customer, "outgoing") == ["We open at nine"]
    await desk.connection.execute("delete from saved_replies where workspace_id = $1", desk.workspace_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        found = await access_macro(session, _caller(desk), macro.id)
    assert [(one.place, one.reason) for one in found.broken] == [(0, "no_such_reply")]
    seen = await _preview(desk, customer, macro)
    assert [one.refusal and one.refusal.reason for one in seen.steps] == ["no_such_reply", None]
    with pytest.raises(Invalid):
        await _run(desk, customer, macro)


async def test_a_macro_turns_the_variants_of_its_reply_and_a_look_at_it_turns_nothing(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    reply = SavedReply(
        id=new_id(),
        is_shared=True,
        team_id=None,
        channel_id=None,
        title="Hours",
        shortcut="",
        text="We open at nine",
        variants=["From nine on"],
        language="",
        wordings=[],
        files=[],
    )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await create_saved_reply(session, caller=_caller(desk), reply=reply, now=utc_now(), new_id=new_id)
    macro = await _make(desk, [ReplyAct(reply_id=reply.id)])
    seen: list[str] = []
    for _ in range(3):
        looks = [(await _preview(desk, customer, macro)).steps[0].pieces for _ in range(2)]
        assert looks[0] == looks[1]
        seen.append("".join(piece.text for piece in looks[0]))
        await _run(desk, customer, macro)
    assert await _thread(desk, customer, "outgoing") == seen
    assert seen == [seen[0], seen[1], seen[0]]
    assert sorted(seen[:2]) == ["From nine on", "We open at nine"]


async def test_mine_are_mine_and_those_of_a_team_are_its_members(desk: Desk) -> None:
    team_id = await _team(desk)
    me, other = (
        _caller(desk, role=RoleName.AGENT),
        _caller(desk, role=RoleName.AGENT, agent_id=await _colleague(desk, "agent")),
    )
    acts = [PriorityAct(priority=1)]
    mine = await _make(desk, acts, caller=me, is_shared=False, name="Mine")
    await _make(desk, acts, name="Ours")
    theirs = await _make(desk, acts, team_id=team_id, name="Theirs")
    await desk.connection.execute(
        "insert into team_members (workspace_id, team_id, agent_id) values ($1, $2, $3)",
        desk.workspace_id,
        team_id,
        other.agent_id,
    )
    assert await _names(desk, me) == ["Mine", "Ours"]
    assert await _names(desk, other) == ["Ours", "Theirs"]
    assert await _names(desk, _caller(desk)) == ["Mine", "Ours", "Theirs"], "who manages them sees those of all teams"
    assert await _names(desk, _caller(desk), is_usable=True) == ["Mine", "Ours"]
    for caller, macro, error in ((other, mine, NotFound), (other, theirs, Forbidden), (me, theirs, NotFound)):
        with pytest.raises(error):
            await _delete(desk, caller, macro)
    with pytest.raises(Forbidden):
        await _make(desk, acts, caller=me)
    customer = await desk.add_customer("Ana")
    with pytest.raises(NotFound):
        await _run(desk, customer, theirs, caller=me)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_team(session, caller=_caller(desk), team_id=team_id, now=utc_now(), new_id=new_id)
    assert await _names(desk, me) == ["Mine", "Ours", "Theirs"], "what a team had is everybody's now"
    assert len(await desk.events("macro_changed")) == 2, "one's own is nobody else's matter"


async def test_those_that_are_used_come_first(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    await _make(desk, [PriorityAct(priority=1)], name="A")
    used = await _make(desk, [PriorityAct(priority=2)], name="B")
    assert await _names(desk, _caller(desk)) == ["A", "B"]
    await _run(desk, customer, used)
    assert await _names(desk, _caller(desk)) == ["B", "A"]


async def _names(desk: Desk, caller: Caller, *, is_usable: bool = False) -> list[str]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return [one.name for one in await list_macros(session, caller, is_usable=is_usable)]


async def _delete(desk: Desk, caller: Caller, macro: Macro) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_macro(session, caller=caller, macro_id=macro.id, now=utc_now(), new_id=new_id)


async def test_over_many_each_is_done_whole_or_left_and_all_are_taken_back(desk: Desk) -> None:
    open_ones = await desk.add_customers(3)
    closed = await desk.add_customer("closed", window_open=False)
    macro = await _make(desk, [ReplyAct(text="Dear {{contact.name}}"), PriorityAct(priority=2), NoteAct(text="Told")])
    caller = _caller(desk)
    await desk.connection.execute("update agents set role = 'admin' where id = $1", desk.agent_id)
    await desk.connection.execute(
        "insert into agent_preferences (workspace_id, agent_id, preferences) values ($1, $2, '{\"hold_s\": 10}')",
        desk.workspace_id,
        desk.agent_id,
    )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        bulk_id = await order_change(
            session,
            caller=caller,
            agent_id=desk.agent_id,
            order=MacroOrder(macro_id=macro.id, acts=macro.acts),
            ids=[one.conversation_id for one in (*open_ones, closed)],
            is_cut=False,
            new_id=new_id,
        )
    await _work(desk, bulk_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        change = await access_bulk(session, caller, bulk_id)
        (refused,) = await list_refused(session, caller, bulk_id)
    assert (change.total, change.changed, change.refused) == (4, 3, 1)
    assert (refused.conversation_id, refused.refusal.reason) == (closed.conversation_id, "window_closed")
    assert [await _thread(desk, one, "outgoing") for one in open_ones] == [[f"Dear {one.name}"] for one in open_ones]
    assert (await desk.conversation(closed))["priority"] == 0
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await order_undo(session, caller=caller, bulk_id=bulk_id)
    await _work(desk, bulk_id)
    for one in open_ones:
        assert (await desk.conversation(one))["priority"] == 0
        assert await _thread(desk, one, "outgoing") == await _thread(desk, one, "note") == []


async def _work(desk: Desk, bulk_id: UUID) -> None:
    has_more = True
    while has_more:
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            has_more = await do_next_part(
                session,
                ChangeMany(workspace_id=desk.workspace_id, bulk_id=bulk_id),
                now=utc_now(),
                new_id=new_id,
                find_type=lambda name: desk.channel_type,
            )


async def test_a_program_takes_nothing_for_itself(desk: Desk) -> None:
    customer = await desk.add_customer("Ana")
    macro = await _make(desk, [AssignAct(is_me=True)])
    program = Caller(workspace_id=desk.workspace_id, permissions=frozenset(Permission), token_id=new_id())
    with pytest.raises(ThreadlineError) as refused:
        await _run(desk, customer, macro, caller=program)
    assert refused.value.reason == "sign_in_for_it"
    other = await _make(desk, [PriorityAct(priority=1)])
    run_id = await _run(desk, customer, other, caller=program)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        with pytest.raises(NotFound):
            await access_run(session, _caller(desk), run_id)
