"""The demo: a lived-in desk, filled once; and gone with one call, which leaves everything else as it was."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions.remove_demo import remove_demo
from threadline.cli import environment_of
from threadline.core.permission import Caller, Permission
from threadline.demo import fill_demo
from threadline.demo.script import (
    CHORES,
    CONVERSATIONS,
    FIELDS,
    HABITS,
    LATER,
    SAVED_REPLIES,
    STAGES,
    TALKS,
    TEAMS,
    office_hour,
    scenes,
    wakes_at,
)
from threadline.infra.blobs import Blobs
from threadline.infra.clock import new_id, utc_now
from threadline.infra.phone import country_of_phone, read_phone
from threadline.infra.settings import load_settings
from threadline.store.demo import count_demo, give_demo_to
from threadline.store.installation import people_exist
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        await opened.connection.execute("update channels set is_practice = true where id = $1", opened.channel.id)
        yield opened


async def test_the_script_is_the_same_every_time_and_as_long_as_it_says() -> None:
    now = utc_now()
    first = scenes(now)
    assert first == scenes(now)
    assert len(first) == CONVERSATIONS == len({scene.phone for scene in first})
    assert all(at <= now for scene in first for _, at in scene.moments() if scene.state == "resolved")
    assert {scene.state for scene in first} == {"waiting", "answered", "snoozed", "resolved"}
    # Stored as a provider's number is, so that it is shown and understood as one.
    assert all(read_phone(scene.phone) == scene.phone for scene in first)
    countries = Counter(country_of_phone(scene.phone) for scene in first)
    assert countries.keys() == {"GB", "IE", "US", "DE", "ES", "NL", "RU", "SE", "PT"}


async def test_no_number_of_the_script_is_somebodys() -> None:
    """Those that regulators keep for stories end after so many; the others are in ranges that nobody was given."""
    kept = {"GB": "+447700900", "IE": "+3532091", "DE": "+4917139200", "SE": "+46701740", "US": "+14155550"}
    kept["RU"] = "+7975"  # the library knows no ranges of mobile numbers there
    for scene in scenes(utc_now()):
        country = country_of_phone(scene.phone)
        if country not in kept:
            assert not phonenumbers.is_valid_number(phonenumbers.parse(scene.phone)), scene.phone
            continue
        assert scene.phone.startswith(kept[country]), scene.phone
    ends = {scene.phone[-3:] for scene in scenes(utc_now()) if scene.phone.startswith("+1")}
    assert ends <= {f"{place:03d}" for place in range(100, 200)}
    ends = {scene.phone[-3:] for scene in scenes(utc_now()) if scene.phone.startswith("+46")}
    assert ends <= {f"{place:03d}" for place in range(605, 700)}


@pytest.mark.parametrize("hour", range(24))
async def test_what_is_put_off_comes_at_a_working_hour_and_never_in_the_past(hour: int) -> None:
    now = datetime(2026, 11, 27, hour, 59, 59, tzinfo=UTC)
    times = [office_hour(now, turn) for turn in range(len(LATER))]
    assert times == sorted(set(times))
    assert all(now + timedelta(hours=1) <= at <= now + timedelta(hours=23) for at in times), "while the window is open"
    woken = [wakes_at(now, number) for number in range(20)]
    assert all(at.hour in (9, 11, 14, 16) and at.minute == 0 for at in (*times, *woken))
    assert all(now < at <= now + timedelta(days=5) for at in woken)


async def test_the_desk_is_filled_once_and_emptied_without_touching_anything_else(
    desk: ReceivingDesk, tmp_path: Path
) -> None:
    await desk.receive(desk.message(1, "mine", "Hello, is this a real shop?"))
    before = await _counts(desk)
    blobs = Blobs(folder=tmp_path)
    assert await fill_demo(desk.database, blobs, workspace_id=desk.workspace_id, now=utc_now()) == CONVERSATIONS
    assert await fill_demo(desk.database, blobs, workspace_id=desk.workspace_id, now=utc_now()) == 0
    full = await _counts(desk)
    assert full["conversations"] == before["conversations"] + CONVERSATIONS
    assert 10 <= full["waiting"] <= 20
    assert full["snoozed"] >= 2
    assert full["resolved"] >= 250
    assert full["photos"] >= 5
    assert full["voices"] >= 1
    assert full["written_by_colleagues"] > 300
    assert full["labelled"] > 150
    assert full["companies"] >= 5
    assert full["members"] >= 20
    assert full["never_heard"] == 0, "the list of contacts says when each wrote last"
    assert full["teams"] == before["teams"] + len(TEAMS)
    assert full["of_teams"] > 50
    assert full["replies"] == len(SAVED_REPLIES)
    assert full["reply_files"] == sum(len(one.pictures) for one in SAVED_REPLIES) >= 3
    assert full["fields"] == before["fields"] + len(FIELDS)
    assert full["conversation_values"] > 100
    assert full["contact_values"] > 100
    assert full["stages"] == before["stages"] + len(STAGES)
    assert full["staged"] >= 4
    assert full["paused"] >= 2
    assert full["patterns"] == len(HABITS)
    assert full["asleep_in_the_past"] == 0
    assert full["scheduled"] == len(LATER)
    assert full["discussions"] == len(TALKS)
    assert full["reviews"] == 1
    assert (await _span(desk)).days >= 30
    assert await desk.connection.fetchval(_OLD_NEWS, desk.workspace_id) == 0

    agent_id = await _join(desk)
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await give_demo_to(session, agent_id)
    given = await _counts(desk)
    assert given["mine"] >= 5
    assert given["tasks"] == len(CHORES)
    assert 3 <= given["my_tasks"] < given["tasks"]
    assert given["my_teams"] == len(TEAMS)
    assert given["my_discussions"] == len(TALKS)
    assert given["my_reviews"] == 1
    caller = Caller(desk.workspace_id, frozenset(Permission), agent_id=agent_id)
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await count_demo(session) == CONVERSATIONS
        await remove_demo(session, caller=caller, now=utc_now(), new_id=new_id)
    after = await _counts(desk)
    assert after == before | {"agents": before["agents"] + 1}
    texts = await desk.connection.fetch(
        "select content->>'text' as text from messages where workspace_id = $1", desk.workspace_id
    )
    assert [row["text"] for row in texts] == ["Hello, is this a real shop?"]
    told = await desk.connection.fetchval(
        "select data->>'conversations' from events where workspace_id = $1 and kind = 'demo_removed'", desk.workspace_id
    )
    assert told == str(CONVERSATIONS)


async def test_what_somebody_uses_of_the_demo_by_now_stays_with_what_is_theirs(
    desk: ReceivingDesk, tmp_path: Path
) -> None:
    await desk.receive(desk.message(1, "mine", "Hello"))
    await fill_demo(desk.database, Blobs(folder=tmp_path), workspace_id=desk.workspace_id, now=utc_now())
    (mine,) = await desk.connection.fetch(
        "select c.id from conversations c where c.workspace_id = $1 and not exists"
        " (select from demo_things d where d.id = c.id)",
        desk.workspace_id,
    )
    await desk.connection.execute(
        "update conversations c set team_id = (select id from demo_things where workspace_id = $1 and kind = 'team'"
        " limit 1), stage_id = (select id from demo_things where workspace_id = $1 and kind = 'stage' limit 1)"
        " where c.id = $2",
        desk.workspace_id,
        mine["id"],
    )
    caller = Caller(desk.workspace_id, frozenset(Permission), agent_id=await _join(desk))
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await remove_demo(session, caller=caller, now=utc_now(), new_id=new_id)
    left = await desk.connection.fetchrow(
        "select (select count(*) from teams where workspace_id = $1) as teams,"
        " (select count(*) from teams where workspace_id = $1 and deleted_at is null) as live_teams,"
        " (select count(*) from stages where workspace_id = $1) as stages,"
        " (select count(*) from stages where workspace_id = $1 and deleted_at is null) as live_stages,"
        " (select count(*) from conversations where workspace_id = $1 and team_id is not null) as mine",
        desk.workspace_id,
    )
    assert left is not None
    assert dict(left) == {"teams": 1, "live_teams": 0, "stages": 1, "live_stages": 0, "mine": 1}


async def test_colleagues_of_the_demo_cannot_sign_in_and_are_no_reason_to_hold_back_the_set_up_link(
    desk: ReceivingDesk, tmp_path: Path
) -> None:
    await desk.connection.execute("update people set password_hash = null")
    await fill_demo(desk.database, Blobs(folder=tmp_path), workspace_id=desk.workspace_id, now=utc_now())
    async with desk.database.transaction(Role.ENGINE) as session:
        assert not await people_exist(session)


async def test_nobody_removes_the_demo_of_another_workspace(desk: ReceivingDesk) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        with pytest.raises(Exception, match="not the workspace"):
            await (await session.raw()).fetchval("select remove_demo($1)", new_id())


_OLD_NEWS = """
select count(*) from conversations c join messages last on last.id = c.last_message_id where c.workspace_id = $1
    and exists (select from messages m where m.conversation_id = c.id and m.sort_at > last.sort_at
                and m.direction in ('incoming', 'outgoing'))
"""
"""Conversations whose list shows another message than their newest."""
_COUNTS = """
select (select count(*) from conversations where workspace_id = $1) as conversations,
    (select count(*) from conversations where workspace_id = $1 and waiting_since is not null) as waiting,
    (select count(*) from conversations where workspace_id = $1 and state = 'snoozed') as snoozed,
    (select count(*) from conversations where workspace_id = $1 and state = 'resolved') as resolved,
    (select count(*) from contacts where workspace_id = $1) as contacts,
    (select count(*) from addresses where workspace_id = $1) as addresses,
    (select count(*) from messages where workspace_id = $1) as messages,
    (select count(*) from files where workspace_id = $1 and mime = 'image/jpeg' and message_id is not null) as photos,
    (select count(*) from files where workspace_id = $1 and mime = 'audio/ogg' and message_id is not null) as voices,
    (select count(*) from messages where workspace_id = $1 and author_kind = 'agent' and direction = 'outgoing')
        as written_by_colleagues,
    (select count(*) from conversation_labels where workspace_id = $1) as labelled,
    (select count(*) from labels where workspace_id = $1 and deleted_at is null) as labels,
    (select count(*) from saved_replies where workspace_id = $1) as replies,
    (select count(*) from companies where workspace_id = $1 and deleted_at is null) as companies,
    (select count(*) from contacts where workspace_id = $1 and company_id is not null) as members,
    (select count(*) from conversations where workspace_id = $1 and last_inbound_at is null) as never_heard,
    (select count(*) from agents where workspace_id = $1) as agents,
    (select count(*) from files where workspace_id = $1) as files,
    (select count(*) from teams where workspace_id = $1) as teams,
    (select count(*) from conversations where workspace_id = $1 and team_id is not null) as of_teams,
    (select count(*) from saved_reply_files where workspace_id = $1) as reply_files,
    (select count(*) from fields where workspace_id = $1) as fields,
    (select count(*) from conversation_values where workspace_id = $1) as conversation_values,
    (select count(*) from contact_values where workspace_id = $1) as contact_values,
    (select count(*) from stages where workspace_id = $1) as stages,
    (select count(*) from conversations where workspace_id = $1 and stage_id is not null) as staged,
    (select count(*) from conversations where workspace_id = $1 and paused_at is not null) as paused,
    (select count(*) from task_patterns where workspace_id = $1) as patterns,
    (select count(*) from conversations where workspace_id = $1 and snoozed_until < now()) as asleep_in_the_past,
    (select count(*) from scheduled_messages where workspace_id = $1 and due_at > now()) as scheduled,
    (select count(*) from discussions where workspace_id = $1) as discussions,
    (select count(*) from discussion_notes where workspace_id = $1) as discussion_notes,
    (select count(*) from reviews where workspace_id = $1) as reviews,
    (select count(*) from team_members m join agents a on a.id = m.agent_id where m.workspace_id = $1
        and a.role = 'admin') as my_teams,
    (select count(*) from discussion_members m join agents a on a.id = m.agent_id where m.workspace_id = $1
        and a.role = 'admin') as my_discussions,
    (select count(*) from review_reviewers r join agents a on a.id = r.agent_id where r.workspace_id = $1
        and a.role = 'admin') as my_reviews,
    (select count(*) from conversations c join agents a on a.id = c.assignee_id where c.workspace_id = $1
        and a.role = 'admin') as mine,
    (select count(*) from tasks where workspace_id = $1) as tasks,
    (select count(*) from tasks t join agents a on a.id = t.owner_id where t.workspace_id = $1 and a.role = 'admin')
        as my_tasks
"""


async def _counts(desk: ReceivingDesk) -> dict[str, Any]:
    row = await desk.connection.fetchrow(_COUNTS, desk.workspace_id)
    assert row is not None
    return dict(row)


async def _span(desk: ReceivingDesk) -> Any:
    return await desk.connection.fetchval(
        "select max(sort_at) - min(sort_at) from messages where workspace_id = $1", desk.workspace_id
    )


async def _join(desk: ReceivingDesk) -> Any:
    person_id, agent_id = new_id(), new_id()
    await desk.connection.execute(
        "insert into people (id, email, name) values ($1, $2, 'Mila')", person_id, f"{person_id}@x.test"
    )
    await desk.connection.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, 'admin')",
        desk.workspace_id,
        agent_id,
        person_id,
    )
    return agent_id


async def test_the_flag_reaches_the_process_that_prepares(tmp_path: Path) -> None:
    settings = load_settings({"THREADLINE_DATA_DIR": str(tmp_path)}, demo=True)
    assert environment_of(settings)["THREADLINE_DEMO"] == "1"
