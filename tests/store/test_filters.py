"""A filter means the same to the database and to a rule: both are asked about the same conversations."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from threadline.core.field import HAS_OPTIONS, FieldOption, FieldType
from threadline.core.field import Field as OwnField
from threadline.core.filter import (
    FIELDS,
    ME,
    OPERATORS,
    SPANS,
    WITHOUT_VALUE,
    Asker,
    Condition,
    Facts,
    Field,
    Fields,
    Filter,
    Group,
    Kind,
    Operator,
    Use,
    check_filter,
    matches,
)
from threadline.core.letters import fold_text
from threadline.infra.clock import new_id
from threadline.store.fields import insert_field, set_values
from threadline.store.filters import EXPRESSIONS, asks_about, filter_sql, load_facts, load_fields
from threadline.store.session import Database, Role, Session
from threadline.store.visibility import Arguments

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
NAMES = ["", "José Núñez", "jose nunez", "ЁЛКА", "елка", "Straße", "a.b*c (d)", "李雷", "O'Neil\\", "[x]^$ -", "Ann"]
ROUNDS = 250
DAYS = '[[{"from_minute": 480, "to_minute": 1020}],[],[],[],[{"from_minute": 0, "to_minute": 1440}],[],[]]'
NIGHTS = '[[],[],[],[],[],[{"from_minute": 1080, "to_minute": 1560}],[{"from_minute": 1080, "to_minute": 2520}]]'
OWN = tuple(field.id for field in FIELDS.values() if Use.RULES not in field.uses)
"""What differs with who looks."""


@dataclass
class World:
    workspace_id: UUID
    agents: list[UUID]
    channels: list[UUID]
    labels: list[UUID]
    contact_labels: list[UUID]
    conversations: list[UUID]
    teams: list[UUID]
    stages: list[UUID]
    companies: list[UUID]

    @property
    def me(self) -> UUID:
        return self.agents[0]


@pytest.fixture
async def world(database_url: str) -> World:
    connection = await asyncpg.connect(database_url)
    try:
        return await _make_world(connection, random.Random(4))
    finally:
        await connection.close()


def test_every_field_is_known_to_the_database() -> None:
    assert set(EXPRESSIONS) == set(FIELDS)


async def test_the_database_and_a_rule_mean_the_same(database: Database, world: World) -> None:
    chance = random.Random(7)
    asker = Asker(NOW, world.me)
    found_some = 0
    async with database.transaction(Role.WEB, world.workspace_id) as session:
        facts = await _facts(session, world)
        for _ in range(ROUNDS):
            filter = _random_filter(chance, world, depth=1)
            check_filter(filter, use=Use.VIEWS)
            expected = {id for id, known in facts.items() if matches(filter, known, asker=asker)}
            assert await _ask(session, world, filter, asker) == expected, filter
            found_some += 0 < len(expected) < len(facts)
    assert found_some > ROUNDS / 4, "filters that match all or nothing prove little"


async def test_each_operator_of_each_field_is_asked(database: Database, world: World) -> None:
    """So that no statement is wrong only where chance did not look."""
    chance = random.Random(11)
    async with database.transaction(Role.WEB, world.workspace_id) as session:
        facts = await _facts(session, world)
        for field in FIELDS.values():
            for operator in field.operators:
                for asker in (Asker(NOW, world.me), Asker(NOW)):
                    filter = Group(of=(_condition(chance, world, field, operator),))
                    if asker.agent_id is None and field.id in OWN:
                        continue
                    expected = {id for id, known in facts.items() if matches(filter, known, asker=asker)}
                    assert await _ask(session, world, filter, asker) == expected, filter


async def test_fields_that_people_made_are_asked_as_they_are_filled_in(database: Database, world: World) -> None:
    """Of every type, of conversations and contacts: also several choices at once."""
    chance = random.Random(13)
    options = [FieldOption(id=one, name=one.upper()) for one in ("red", "blue", "gold")]
    given: dict[FieldType, list[str]] = {
        FieldType.CHOICES: ["red", "blue", "gold"],
        FieldType.CHOICE: ["red", "blue"],
        FieldType.NUMBER: ["1", "2.5", "4"],
        FieldType.DATE: ["2026-05-04", "2026-05-01"],
        FieldType.BOOLEAN: ["true", "false"],
        FieldType.TEXT: [name for name in NAMES if name],
    }
    async with database.transaction(Role.ENGINE, world.workspace_id) as session:
        for owner in ("conversation", "contact"):
            for number, (type, lines) in enumerate(given.items()):
                field = OwnField(
                    id=new_id(),
                    owner=owner,
                    type=type,
                    name=f"{type} {number}",
                    options=options if type in HAS_OPTIONS else [],
                    position=number,
                )
                await insert_field(session, field)
                for id in world.conversations:
                    count = chance.randint(0, 2 if type is FieldType.CHOICES else 1)
                    await set_values(session, owner, id, {field.id: chance.sample(lines, count)})
        fields = await load_fields(session)
        own = [field for field in fields.values() if field.id not in FIELDS]
        assert len(own) == 2 * len(given)
        connection = await session.raw()
        facts = await load_facts(
            connection, workspace_id=world.workspace_id, conversation_ids=world.conversations, now=NOW, fields=fields
        )
        for field in own:
            for operator in field.operators:
                filter = Group(of=(_condition(chance, world, field, operator),))
                check_filter(filter, use=Use.VIEWS, fields=fields)
                asker = Asker(NOW, world.me)
                expected = {id for id, known in facts.items() if matches(filter, known, asker=asker, fields=fields)}
                assert await _ask(session, world, filter, asker, fields) == expected, (field, filter)


async def test_deleted_labels_and_agents_match_nothing_and_break_nothing(database: Database, world: World) -> None:
    gone = Group(
        match="any",
        of=(
            Condition(field="label", operator=Operator.ANY_OF, values=(str(new_id()),)),
            Condition(field="assignee", operator=Operator.ANY_OF, values=(str(new_id()),)),
        ),
    )
    async with database.transaction(Role.WEB, world.workspace_id) as session:
        assert await _ask(session, world, gone, Asker(NOW, world.me)) == set()


async def _ask(session: Session, world: World, filter: Filter, asker: Asker, fields: Fields = FIELDS) -> set[UUID]:
    arguments = Arguments(world.workspace_id)
    where = filter_sql(filter, asker=asker, arguments=arguments, fields=fields)
    contacts = "join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
    rows = await (await session.raw()).fetch(
        f"select c.id from conversations c {contacts if asks_about(filter, 'contact', fields) else ''}"
        f" where c.workspace_id = $1 and {where}",
        *arguments.values,
    )
    return {row["id"] for row in rows}


async def _facts(session: Session, world: World) -> dict[UUID, Facts]:
    connection = await session.raw()
    facts = await load_facts(connection, workspace_id=world.workspace_id, conversation_ids=world.conversations, now=NOW)
    assert len(facts) == len(world.conversations)
    unread = await connection.fetch(
        "select c.id, c.incoming_count > coalesce(r.read_count, 0) as unread, exists (select from followers f"
        " where f.agent_id = $1 and f.conversation_id = c.id) as followed,"
        " exists (select from drafts d where d.agent_id = $1 and d.conversation_id = c.id and d.text <> '') as draft,"
        " exists (select from pins n where n.agent_id = $1 and n.conversation_id = c.id) as pinned"
        " from conversations c"
        " left join reads r on r.conversation_id = c.id and r.agent_id = $1",
        world.me,
    )
    return {row["id"]: {**facts[row["id"]], **{name: row[name] for name in OWN}} for row in unread}


def _random_filter(chance: random.Random, world: World, *, depth: int) -> Group:
    of: list[Condition | Group] = []
    for _ in range(chance.randint(1, 3)):
        if depth < 3 and chance.random() < 0.3:
            of.append(_random_filter(chance, world, depth=depth + 1))
        else:
            field = chance.choice(list(FIELDS.values()))
            of.append(_condition(chance, world, field, chance.choice(field.operators)))
    return Group(match=chance.choice(["all", "any"]), of=tuple(of))


def _condition(chance: random.Random, world: World, field: Field, operator: Operator) -> Condition:
    count = chance.randint(1, 3) if operator in (Operator.ANY_OF, Operator.NONE_OF, Operator.ALL_OF) else 1
    count = 0 if operator in WITHOUT_VALUE else count
    values = tuple(_value(chance, world, field, operator) for _ in range(count))
    return Condition(field=field.id, operator=operator, values=values)


def _value(chance: random.Random, world: World, field: Field, operator: Operator) -> str:
    match field.kind:
        case Kind.TEXT:
            name = chance.choice([name for name in NAMES if name])
            part = name[chance.randrange(len(name)) :][:3] if operator is not Operator.IS else name
            return (chance.choice([str.upper, fold_text, str])(part)).strip() or "a"
        case Kind.NUMBER:
            return chance.choice(["0", "1", "2.5", "4", "-1"])
        case Kind.CHOICE | Kind.CHOICES:
            return chance.choice(field.options)
        case Kind.COUNTRY:
            return chance.choice(["SE", "ES", "DE", "AQ"])
        case Kind.TIME if operator in SPANS:
            return chance.choice(["5m", "4h", "1d", "30d"])
        case Kind.TIME:
            return (NOW + timedelta(hours=chance.randint(-60, 60))).isoformat()
        case Kind.LABELS:
            return str(chance.choice(world.contact_labels if field.subject == "contact" else world.labels))
        case Kind.AGENT | Kind.AGENTS:
            return chance.choice([ME, *map(str, world.agents)])
        case Kind.CHANNEL:
            return str(chance.choice(world.channels))
        case Kind.COMPANY:
            return str(chance.choice(world.companies))
        case _:
            assert field.kind in (Kind.TEAM, Kind.STAGE)
            return str(chance.choice(world.teams if field.kind is Kind.TEAM else world.stages))


async def _make_world(connection: asyncpg.Connection, chance: random.Random) -> World:
    agents, channels, teams, stages, companies = ([new_id() for _ in range(3)] for _ in range(5))
    world = World(new_id(), agents, channels, [], [], [], teams, stages, companies)
    await connection.execute("insert into workspaces (id, name) values ($1, 'Shop')", world.workspace_id)
    for agent_id in world.agents:
        await connection.execute(
            "insert into people (id, email, name) values ($1, $2, 'Ana')", agent_id, f"{agent_id}@x.test"
        )
        await connection.execute(
            "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $2, 'agent')",
            world.workspace_id,
            agent_id,
        )
    for number, company_id in enumerate(world.companies):
        await connection.execute(
            "insert into companies (workspace_id, id, name, name_key, deleted_at)"
            " values ($1, $2, 'C', $3, case when $4 then now() end)",
            world.workspace_id,
            company_id,
            str(company_id),
            number == 0,
        )
    for stage_id in world.stages:
        await connection.execute(
            "insert into stages (workspace_id, id, state, name, name_key) values ($1, $2, 'open', 'S', $3)",
            world.workspace_id,
            stage_id,
            str(stage_id),
        )
    for team_id in world.teams:
        await connection.execute(
            "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, 'T', $3, 'teal')",
            world.workspace_id,
            team_id,
            str(team_id),
        )
    for number, (calendar_id, week) in enumerate(((new_id(), DAYS), (new_id(), NIGHTS))):
        await connection.execute(
            "insert into calendars (workspace_id, id, name, name_key, zone, week, is_default)"
            " values ($1, $2, $3, $3, 'Europe/Berlin', $4::jsonb, $5)",
            world.workspace_id,
            calendar_id,
            str(calendar_id),
            week,
            number == 0,
        )
        if number == 1:
            await connection.execute("update teams set calendar_id = $2 where id = $1", world.teams[0], calendar_id)
    endpoint_id = new_id()
    await connection.execute(
        "insert into endpoints (workspace_id, id, key, provider, secrets) values ($1, $2, $3, 'courier', '')",
        world.workspace_id,
        endpoint_id,
        str(endpoint_id),
    )
    for channel_id in world.channels:
        await connection.execute(
            "insert into channels (workspace_id, id, type, name, endpoint_id, address, secrets)"
            " values ($1, $2, 'courier', 'Courier', $3, $4, '')",
            world.workspace_id,
            channel_id,
            endpoint_id,
            str(channel_id),
        )
    for kind, labels in (("conversation", world.labels), ("contact", world.contact_labels)):
        for number in range(4):
            labels.append(new_id())
            await connection.execute(
                "insert into labels (workspace_id, id, kind, name, name_key, colour, deleted_at)"
                " values ($1, $2, $3, $4, $4, 'teal', case when $5 then now() end)",
                world.workspace_id,
                labels[-1],
                kind,
                f"Label {number}",
                number == 0,
            )
    for _ in range(120):
        await _make_conversation(connection, world, chance)
    return world


async def _make_conversation(connection: asyncpg.Connection, world: World, chance: random.Random) -> None:
    def moment() -> datetime:
        return NOW + timedelta(minutes=chance.choice([-90000, -1500, -240, -239, -5, -1, 0, 1, 5, 240, 241, 1500]))

    def maybe(value: object) -> object:
        return value if chance.random() < 0.6 else None

    id, state = new_id(), chance.choice(["open", "pending", "snoozed", "resolved"])
    world.conversations.append(id)
    await connection.execute(
        "insert into contacts (workspace_id, id, name, phone, handle, locale, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        world.workspace_id,
        id,
        chance.choice(NAMES),
        chance.choice(["", "+34600111222", "+7999"]),
        chance.choice(["", "jose", "Ann"]),
        chance.choice(["", "es", "de"]),
        moment(),
    )
    await connection.execute(
        "insert into conversations (workspace_id, id, channel_id, contact_id, state, assignee_id, incoming_count,"
        " last_activity_at, waiting_since, window_closes_at, failed_count, created_at, resolved_at, snoozed_until,"
        " team_id, scheduled_count, held_count, stage_id, paused_at)"
        " values ($1, $2, $3, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        world.workspace_id,
        id,
        chance.choice(world.channels),
        state,
        maybe(chance.choice(world.agents)),
        chance.randint(0, 4),
        moment(),
        maybe(moment()),
        maybe(moment()),
        chance.choice([0, 0, 1]),
        moment(),
        moment() if state == "resolved" else None,
        maybe(moment()),
        maybe(chance.choice(world.teams)),
        chance.choice([0, 2]),
        chance.choice([0, 1]),
        maybe(chance.choice(world.stages)),
        maybe(moment()),
    )
    await connection.execute("update conversations set priority = $2 where id = $1", id, chance.choice([0, 0, 1, 3]))
    await connection.execute(
        "update contacts set is_vip = $2, email = $3, company_id = $4, time_zone = $5, muted_at = $6, blocked_at = $7,"
        " opted_out_at = $8, country = $9, phone_country = $10 where id = $1",
        id,
        chance.random() < 0.3,
        chance.choice(["", "Ann@x.test"]),
        maybe(chance.choice(world.companies)),
        chance.choice(["", "Europe/Berlin"]),
        maybe(NOW),
        maybe(NOW),
        maybe(NOW),
        chance.choice(["", "", "SE"]),
        chance.choice([None, "", "ES", "DE"]),
    )
    await connection.execute("update conversations set woken_at = $2 where id = $1", id, maybe(NOW))
    await connection.execute(
        "insert into reaches (workspace_id, channel_id, contact_id, last_inbound_at)"
        " select workspace_id, channel_id, contact_id, $2 from conversations where id = $1",
        id,
        maybe(moment()),
    )
    for state in ("open", "open", "done"):
        if chance.random() < 0.4:
            await connection.execute(
                "insert into tasks (workspace_id, id, conversation_id, kind, title, state, due_at)"
                " values ($1, $2, $3, 'task', 'Call', $4, $5)",
                world.workspace_id,
                new_id(),
                id,
                state,
                maybe(moment()),
            )
    for agent_id in world.agents:
        for table, columns, values in (
            ("drafts", "mode, text, written_at", "'reply', 'Hm', now()"),
            ("pins", "pinned_at", "now()"),
            ("mentions", "message_id, mentioned_at", f"'{new_id()}', now()"),
        ):
            if chance.random() < 0.3:
                await connection.execute(
                    f"insert into {table} (workspace_id, agent_id, conversation_id, {columns})"
                    f" values ($1, $2, $3, {values})",
                    world.workspace_id,
                    agent_id,
                    id,
                )
    for agent_id in world.agents:
        if chance.random() < 0.3:
            await connection.execute(
                "insert into followers (workspace_id, agent_id, conversation_id) values ($1, $2, $3)",
                world.workspace_id,
                agent_id,
                id,
            )
    for agent_id in world.agents:
        if chance.random() < 0.5:
            await connection.execute(
                "insert into reads (workspace_id, agent_id, conversation_id, read_count) values ($1, $2, $3, $4)",
                world.workspace_id,
                agent_id,
                id,
                chance.randint(0, 4),
            )
    for table, column, labels in (
        ("conversation_labels", "conversation_id", world.labels),
        ("contact_labels", "contact_id", world.contact_labels),
    ):
        for label_id in labels:
            if chance.random() < 0.3:
                await connection.execute(
                    f"insert into {table} (workspace_id, {column}, label_id) values ($1, $2, $3)",
                    world.workspace_id,
                    id,
                    label_id,
                )


def test_chance_asks_every_operator() -> None:
    assert {operator for kind in OPERATORS.values() for operator in kind} | {Operator.EMPTY, Operator.PRESENT} == set(
        Operator
    )
