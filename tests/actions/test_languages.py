"""Who speaks a customer's language is given them first; the next best after a while, with a line that says so."""

import pytest

from tests.actions.routing_world import add_agent, add_team, add_waiting, assignee_of, lines_of, make_pass
from tests.workers.outbox_world import Customer, Desk

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("facts", "is_german"),
    [
        ({"locale": "de-AT"}, True),
        ({"country": "DE"}, True),
        ({"phone": "+4917612345678"}, True),
        ({"locale": "sv", "country": "DE"}, False),
        ({}, False),
    ],
)
async def test_the_language_is_what_was_chosen_or_that_of_the_country(
    desk: Desk, facts: dict[str, str], is_german: bool
) -> None:
    speaks = await add_agent(desk)
    await desk.connection.execute("update agents set languages = '{de}' where id = $1", speaks)
    await desk.connection.execute("update agents set capacity = 50 where id = $1", desk.agent_id)
    team_id = await add_team(desk, desk.agent_id, speaks)
    # Whoever speaks it has more in hand, so it is for the language only that they get one more.
    busy, customer = await add_waiting(desk, team_id, 2)
    await desk.connection.execute(
        "update conversations set assignee_id = $2 where id = $1", busy.conversation_id, speaks
    )
    for column, value in facts.items():
        await desk.connection.execute(f"update contacts set {column} = $2 where id = $1", customer.contact_id, value)
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customer) == (speaks if is_german else desk.agent_id)


@pytest.mark.parametrize("minutes", [4, 6])
async def test_they_wait_for_somebody_who_is_full_and_then_have_the_next_best(desk: Desk, minutes: int) -> None:
    speaks = await add_agent(desk)
    await desk.connection.execute("update agents set languages = '{de}', capacity = 1 where id = $1", speaks)
    team_id = await add_team(desk, desk.agent_id, speaks)
    busy, customer = await add_waiting(desk, team_id, 2)
    await desk.connection.execute(
        "update conversations set assignee_id = $2 where id = $1", busy.conversation_id, speaks
    )
    await _speaks_german(desk, customer)
    await desk.connection.execute(
        "update conversations set waiting_since = now() - make_interval(mins => $2) where id = $1",
        customer.conversation_id,
        minutes,
    )
    assert await make_pass(desk) == (1 if minutes > 5 else 0)
    if minutes > 5:
        assert await assignee_of(desk, customer) == desk.agent_id
        data = (await lines_of(desk, customer))[-1]["data"]
        assert (data["reason"], data["language"]) == ("language", "de")


async def test_where_nobody_says_what_they_speak_nothing_changes(desk: Desk) -> None:
    team_id = await add_team(desk)
    (customer,) = await add_waiting(desk, team_id, 1)
    await _speaks_german(desk, customer)
    assert await make_pass(desk) == 1
    assert (await lines_of(desk, customer))[-1]["data"]["reason"] == "routing"


async def _speaks_german(desk: Desk, customer: Customer) -> None:
    await desk.connection.execute("update contacts set locale = 'de' where id = $1", customer.contact_id)
