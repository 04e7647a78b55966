"""Who has the skills that a conversation asks for is given it first; the next best after a while, with a line."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from tests.actions.routing_world import (
    add_agent,
    add_team,
    add_waiting,
    assignee_of,
    caller_of,
    give,
    lines_of,
    make_pass,
    record,
    say,
)
from tests.workers.outbox_world import Customer, Desk
from threadline.actions.ask_for_skills import ask_for_skills
from threadline.actions.change_skill import SkillChange, create_skill, delete_skill
from threadline.actions.do_acts import Doing, do_acts, take_back
from threadline.actions.route_conversations import give_to_free
from threadline.core.acts import SkillsAct
from threadline.core.errors import Invalid
from threadline.core.events import EventKind
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.store.skills import MOST_LATE, AskedSkills, read_asked

pytestmark = pytest.mark.asyncio


async def test_whoever_has_the_skill_gets_it_though_others_have_less_in_hand(desk: Desk) -> None:
    knows = await add_agent(desk)
    team_id = await add_team(desk, desk.agent_id, knows)
    refunds = await _skill(desk, "Refunds", knows)
    busy, asks, plain = await add_waiting(desk, team_id, 3)
    await give(desk, busy, knows)
    await _ask(desk, asks, refunds)
    assert await make_pass(desk) == 2
    assert [await assignee_of(desk, one) for one in (asks, plain)] == [knows, desk.agent_id]
    assert (await lines_of(desk, asks))[-1]["data"]["reason"] == "routing"


@pytest.mark.parametrize(("minutes", "is_given"), [(2, False), (4, True)])
@pytest.mark.parametrize("state", ["full", "offline"])
async def test_they_wait_for_it_and_then_have_whoever_has_most(
    desk: Desk, minutes: int, is_given: bool, state: str
) -> None:
    knows, knows_some = await add_agent(desk), await add_agent(desk)
    team_id = await add_team(desk, desk.agent_id, knows, knows_some)
    refunds, loans = await _skill(desk, "Refunds", knows, knows_some), await _skill(desk, "Loans", knows)
    # Whoever has one of both has more in hand, so it is for the skill only that they get it.
    busy, own, asks = await add_waiting(desk, team_id, 3)
    await desk.connection.execute("update agents set capacity = 1 where id = $1", knows)
    await give(desk, busy, knows)
    await give(desk, own, knows_some)
    if state == "offline":
        await desk.connection.execute(
            "update conversations set waiting_since = null where id = $1", busy.conversation_id
        )
        await say(desk, knows, "offline")
    await _ask(desk, asks, refunds, loans)
    await _wait(desk, asks, minutes)
    assert await make_pass(desk) == int(is_given)
    assert await assignee_of(desk, asks) == (knows_some if is_given else None)
    if is_given:
        data = (await lines_of(desk, asks))[-1]["data"]
        assert (data["reason"], data["skills"]) == ("skill", "Loans")


async def test_a_label_asks_for_what_it_stands_for_until_label_or_skill_is_gone(desk: Desk) -> None:
    team_id = await add_team(desk)
    (customer,) = await add_waiting(desk, team_id, 1)
    await _wait(desk, customer, 1)
    label_id = new_id()
    await desk.connection.execute(
        "insert into labels (workspace_id, id, kind, name, name_key, colour)"
        " values ($1, $2, 'conversation', 'Loan', 'loan', 'teal')",
        desk.workspace_id,
        label_id,
    )
    await desk.connection.execute(
        "insert into conversation_labels (workspace_id, conversation_id, label_id) values ($1, $2, $3)",
        desk.workspace_id,
        customer.conversation_id,
        label_id,
    )
    loans = await _skill(desk, "Loans", label_ids=[label_id])
    assert await _asked(desk, customer) == AskedSkills(asked_ids=[], label_ids=[loans])
    assert await make_pass(desk) == 0, "nobody knows about loans"
    await desk.connection.execute("update labels set deleted_at = now() where id = $1", label_id)
    assert await make_pass(desk) == 1
    await desk.connection.execute("update labels set deleted_at = null where id = $1", label_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_skill(session, caller=caller_of(desk), skill_id=loans, now=utc_now(), new_id=new_id)
    assert await _asked(desk, customer) == AskedSkills(asked_ids=[], label_ids=[])


async def test_nobody_is_given_what_rules_have_not_looked_at(desk: Desk) -> None:
    """A rule asks for the skill in the moment after; whoever came first would have it, without it."""
    team_id = await add_team(desk)
    await _skill(desk, "Refunds")
    (customer,) = await add_waiting(desk, team_id, 1)
    await record(desk, EventKind.MESSAGE_RECEIVED, customer)
    await desk.connection.execute(
        "insert into automation_rules (workspace_id, id, name, name_key, position, trigger, filter, acts, is_on,"
        " version, on_since) values ($1, $2, 'x', 'x', 1, '{}', '{}', '[]', true, 1, now())",
        desk.workspace_id,
        new_id(),
    )
    assert await make_pass(desk) == 0
    # Rules that are late keep nobody waiting.
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        assert await give_to_free(session, now=utc_now() + MOST_LATE, new_id=new_id) == 1


async def test_what_rules_have_looked_at_is_given(desk: Desk) -> None:
    team_id = await add_team(desk)
    await _skill(desk, "Refunds")
    (customer,) = await add_waiting(desk, team_id, 1)
    await record(desk, EventKind.MESSAGE_RECEIVED, customer)
    await desk.connection.execute(
        "insert into consumers (workspace_id, name, position, updated_at) select $1, 'run_rules', max(seq), now()"
        " from events where workspace_id = $1",
        desk.workspace_id,
    )
    assert await make_pass(desk) == 1


async def test_asking_is_an_act_that_is_told_and_taken_back(desk: Desk) -> None:
    customer = await desk.add_customer("Carla")
    refunds, loans = await _skill(desk, "Refunds"), await _skill(desk, "Loans")
    await _ask(desk, customer, loans)
    doing = Doing(
        caller=caller_of(desk),
        conversation_id=customer.conversation_id,
        run_id=new_id(),
        now=utc_now(),
        new_id=new_id,
        find_type=lambda name: desk.channel_type,
    )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        done = await do_acts(session, doing, [SkillsAct(add=[refunds], remove=[loans])])
    assert done.is_anything
    assert (await _asked(desk, customer)).asked_ids == [refunds]
    assert [(one["what"], one["data"]["skill"]) for one in await lines_of(desk, customer)] == [
        ("skill_asked", "Loans"),
        ("skill_unasked", "Loans"),
        ("skill_asked", "Refunds"),
    ]
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await take_back(session, doing, done) == (True, [])
    assert (await _asked(desk, customer)).asked_ids == [loans]
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        done = await do_acts(session, doing, [SkillsAct(add=[refunds])])
    await _ask(desk, customer, remove=[refunds])
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await take_back(session, doing, done) == (False, ["skills"])
    assert (await _asked(desk, customer)).asked_ids == [loans], "somebody changed it since"


async def test_a_conversation_asks_for_ten_at_most_and_for_what_there_is(desk: Desk) -> None:
    customer = await desk.add_customer("Carla")
    many = [await _skill(desk, f"Skill {number}") for number in range(11)]
    await _ask(desk, customer, *many[:10])
    with pytest.raises(Invalid, match="at most 10"):
        await _ask(desk, customer, many[10])
    with pytest.raises(Invalid, match="does not exist"):
        await _ask(desk, customer, new_id())
    assert sorted((await _asked(desk, customer)).asked_ids) == sorted(many[:10])


async def _skill(desk: Desk, name: str, *agent_ids: UUID, label_ids: Sequence[UUID] = ()) -> UUID:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        wish = SkillChange(name=name, add_agent_ids=agent_ids, add_label_ids=label_ids)
        made = await create_skill(session, caller=caller_of(desk), wish=wish, now=utc_now(), new_id=new_id)
    return made.id


async def _ask(desk: Desk, customer: Customer, *add: UUID, remove: Sequence[UUID] = ()) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await ask_for_skills(
            session,
            caller=caller_of(desk),
            conversation_id=customer.conversation_id,
            add=add,
            remove=remove,
            now=utc_now(),
            new_id=new_id,
        )


async def _asked(desk: Desk, customer: Customer) -> AskedSkills:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await read_asked(session, customer.conversation_id)


async def _wait(desk: Desk, customer: Customer, minutes: int) -> None:
    await desk.connection.execute(
        "update conversations set waiting_since = now() - $2::interval where id = $1",
        customer.conversation_id,
        timedelta(minutes=minutes),
    )
