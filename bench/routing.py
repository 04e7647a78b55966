"""A team comes online while a thousand customers wait: how long one pass takes to give them all."""

import time
from datetime import timedelta

from bench.figures import Figure, load_average
from bench.installation import Installation, open_installation, running_postgres
from bench.sizes import Options
from threadline.actions.route_conversations import give_to_free
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Database, Role

PART = "Routing"
_BEARS = 5
_AT_MOST_S = 2.0

_FILL = """
with people_made as (
    insert into people (id, email, name) select gen_random_uuid(), 'agent' || n || '@example.org', 'Agent ' || n
    from generate_series(1, $3::int) n returning id
), agents_made as (
    insert into agents (workspace_id, id, person_id, role) select $1, gen_random_uuid(), id, 'agent' from people_made
    returning id
), team as (
    insert into teams (workspace_id, id, name, name_key, colour, assignment)
    values ($1, gen_random_uuid(), 'Sales', 'sales', 'teal', 'balanced') returning id
), members as (
    insert into team_members (workspace_id, team_id, agent_id) select $1, team.id, agents_made.id from team, agents_made
), contacts_made as (
    insert into contacts (workspace_id, id, name) select $1, gen_random_uuid(), 'Customer ' || n
    from generate_series(1, $4::int) n returning id
)
insert into conversations (workspace_id, id, channel_id, contact_id, team_id, last_activity_at, waiting_since)
select $1, gen_random_uuid(), $2, contacts_made.id, team.id, now(), now() from contacts_made, team
"""


_ASK = """
with made as (
    insert into skills (workspace_id, id, name, name_key) select $1, gen_random_uuid(), 'Skill ' || n, 'skill ' || n
    from generate_series(0, 1) n returning id, name
), given as (
    insert into skill_agents (workspace_id, skill_id, agent_id) select $1, made.id, a.id from made
    join (select a.id, row_number() over () % 2 as half from agents a join team_members m
          on m.workspace_id = a.workspace_id and m.agent_id = a.id where a.workspace_id = $1) a
      on made.name = 'Skill ' || a.half
)
insert into conversation_skills (workspace_id, conversation_id, skill_id) select $1, c.id, made.id from made
join (select id, row_number() over () % 2 as half from conversations where workspace_id = $1 and team_id is not null) c
  on made.name = 'Skill ' || c.half
"""
"""Each customer asks for one of two skills; half of the agents have one, half the other one."""


async def measure(options: Options) -> list[Figure]:
    count = options.sizes.routed
    figures: list[Figure] = []
    for told, asks in (("", False), (", each of whom asks for a skill", True)):
        with running_postgres() as server:
            async with open_installation(server) as installation:
                before = load_average()
                took_s = await _measure(installation, count, asks=asks)
        figures.append(
            Figure(
                part=PART,
                name=f"{count:,} waiting customers given when their team comes online{told}",
                unit="s",
                measured=took_s,
                aim="at most",
                target=_AT_MOST_S,
                load_average=before,
            )
        )
    return figures


async def _measure(installation: Installation, count: int, *, asks: bool) -> float:
    channel_id = installation.channel_ids[0]
    await installation.query(_FILL, installation.workspace_id, channel_id, count // _BEARS, count)
    if asks:
        await installation.query(_ASK, installation.workspace_id)
    await installation.query("analyze")
    database = Database(dict.fromkeys(Role, installation.database_url), pool_size=1)
    try:
        async with database.transaction(Role.ENGINE, installation.workspace_id) as session:
            await session.raw()  # connected before the clock runs
        began = time.monotonic()
        async with database.transaction(Role.ENGINE, installation.workspace_id) as session:
            given = await give_to_free(session, now=utc_now() + timedelta(seconds=1), new_id=new_id)
        took_s = time.monotonic() - began
    finally:
        await database.close()
    if given != count:
        raise AssertionError(f"{given} of {count} got somebody")
    return took_s
