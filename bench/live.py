"""The live screen in a house with many conversations: what one reading costs, for however many who look."""

import statistics
import time
from datetime import UTC, timedelta

from bench.figures import Figure, load_average
from bench.installation import Installation, open_installation, running_postgres
from bench.sizes import Options
from threadline.core.day import today_in
from threadline.core.permission import Visibility
from threadline.core.routing import RoutingSettings
from threadline.infra.clock import utc_now
from threadline.store.live import Live, read_answered, read_live
from threadline.store.session import Database, Role

PART = "The live screen"
_AT_MOST_MS = 100.0
_ROUNDS = 9

_FILL = """
with people_made as (
    insert into people (id, email, name) select gen_random_uuid(), 'live' || n || '@example.org', 'Agent ' || n
    from generate_series(1, 40) n returning id
), agents_made as (
    insert into agents (workspace_id, id, person_id, role) select $1, gen_random_uuid(), id, 'agent' from people_made
    returning id
), teams_made as (
    insert into teams (workspace_id, id, name, name_key, colour)
    select $1, gen_random_uuid(), 'Team ' || n, 'team ' || n, 'teal' from generate_series(1, 8) n returning id
), contacts_made as (
    insert into contacts (workspace_id, id, name) select $1, gen_random_uuid(), 'Customer ' || n
    from generate_series(1, $3::int) n returning id
), agent as (select array_agg(id) as ids from agents_made), team as (select array_agg(id) as ids from teams_made),
numbered as (select id, row_number() over () as n from contacts_made), made as (
    insert into conversations (workspace_id, id, channel_id, contact_id, team_id, assignee_id, state, last_activity_at,
        waiting_since, window_closes_at, failed_count)
    select $1, gen_random_uuid(), $2, numbered.id, team.ids[1 + n % 8],
           case when n % 3 > 0 then agent.ids[1 + n % 40] end,
           case when n % 10 = 0 then 'open' else 'resolved' end, now() - n * interval '1 second',
           case when n % 50 = 0 then now() - n * interval '1 second' end, now() + n * interval '1 second',
           case when n % 1000 = 0 then 1 else 0 end
    from numbered, agent, team returning id, workspace_id, waiting_since
)
insert into deadlines (workspace_id, conversation_id, clock, began_at, since, half_at, due_at)
select workspace_id, id, 'reply', waiting_since, waiting_since, waiting_since + interval '2 minutes',
       waiting_since + interval '4 minutes' from made where waiting_since is not null
"""


async def measure(options: Options) -> list[Figure]:
    count = options.sizes.watched
    with running_postgres() as server:
        async with open_installation(server) as installation:
            before = load_average()
            took_ms = await _measure(installation, count)
    return [
        Figure(
            part=PART,
            name=f"One reading of {count:,} conversations, every tenth open",
            unit="ms",
            measured=took_ms,
            aim="at most",
            target=_AT_MOST_MS,
            load_average=before,
        )
    ]


async def _measure(installation: Installation, count: int) -> float:
    await installation.query(_FILL, installation.workspace_id, installation.channel_ids[0], count)
    await installation.query("analyze")
    database = Database(dict.fromkeys(Role, installation.database_url), pool_size=1)
    try:
        times: list[float] = []
        live = await _read(database, installation)  # connected before the clock runs
        for _ in range(_ROUNDS):
            began = time.monotonic()
            live = await _read(database, installation)
            times.append((time.monotonic() - began) * 1000)
    finally:
        await database.close()
    waiting = sum(group.waiting for group in live.groups)
    if waiting != count // 50:
        raise AssertionError(f"{waiting} of {count // 50} wait")
    return statistics.median(times)


async def _read(database: Database, installation: Installation) -> Live:
    now = utc_now()
    async with database.transaction(Role.ENGINE, installation.workspace_id) as session:
        answered = await read_answered(session, Visibility(), since=now - timedelta(seconds=1))
        return await read_live(
            session,
            Visibility(),
            routing=RoutingSettings(),
            answered=answered,
            today=today_in(UTC, now),
            now=now,
        )
