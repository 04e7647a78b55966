"""Fill the practice workspace with the demo, once: through the verbs that real messages go through, as it was written.

What ended lies in the past, so it comes in as history and is then given its colleagues by one statement; what is live
comes in as if it came now. Whatever is made is written down, for it shall be found again when it is to be removed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from threadline.actions.add_note import add_note
from threadline.actions.ask_for_review import Addressee, ask_for_review
from threadline.actions.change_company import change_company, create_company
from threadline.actions.change_field import create_field
from threadline.actions.change_saved_reply import create_saved_reply
from threadline.actions.change_stage import create_stage
from threadline.actions.create_label import create_label
from threadline.actions.create_task import TaskWish, create_task
from threadline.actions.create_team import create_team
from threadline.actions.discuss import discuss
from threadline.actions.receive_messages import receive
from threadline.actions.receiving import Channel, Received
from threadline.actions.schedule_message import schedule_message
from threadline.actions.stage_conversation import stage_conversation
from threadline.actions.start_discussion import start_discussion
from threadline.channels.contract import AddressValue, InboundMessage, Party
from threadline.channels.registry import channel_type
from threadline.core.content import Content, Media, Text
from threadline.core.field import Field, FieldOption, FieldOwner, lines_of
from threadline.core.label import LabelColour, LabelKind
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller, Permission
from threadline.core.saved_reply import VariedWording
from threadline.core.task import Step, TaskKind
from threadline.demo.pictures import COUNT, SIZE, draw_picture
from threadline.demo.script import (
    COLLEAGUES,
    COMPANIES,
    CONTACT_LABELS,
    CONVERSATION_LABELS,
    CONVERSATIONS,
    FIELDS,
    HABITS,
    LATER,
    LIVE,
    REVIEW,
    SAVED_REPLIES,
    STAGES,
    SUPERVISOR,
    TALKS,
    TEAMS,
    Chore,
    Habit,
    Reply,
    Said,
    Scene,
    Talk,
    office_hour,
    scenes,
    wakes_at,
)
from threadline.infra.blobs import Blobs, StoredBlob
from threadline.infra.clock import new_id
from threadline.store.channels import list_channels
from threadline.store.demo import (
    DemoFile,
    Handled,
    Thing,
    demo_exists,
    find_demo_conversations,
    handle_conversations,
    insert_colleague,
    insert_demo_files,
    insert_reply_picture,
    remember,
    show_newest,
)
from threadline.store.saved_replies import SavedReply
from threadline.store.session import Database, Role, Session
from threadline.store.stages import Stage
from threadline.store.tasks import TaskPattern, insert_pattern

_VOICE: Final = Path(__file__).with_name("voice.ogg")
_BATCH: Final = 60
_SOURCE: Final = UUID(int=0)
"""No delivery brought these messages."""


@dataclass(slots=True)
class _Demo:
    workspace_id: UUID
    channel: Channel
    now: datetime
    colleagues: list[UUID] = field(default_factory=list[UUID])
    conversation_labels: list[UUID] = field(default_factory=list[UUID])
    contact_labels: list[UUID] = field(default_factory=list[UUID])
    companies: list[UUID] = field(default_factory=list[UUID])
    teams: list[UUID] = field(default_factory=list[UUID])
    stages: list[UUID] = field(default_factory=list[UUID])
    fields: list[Field] = field(default_factory=list[Field])
    pictures: list[StoredBlob] = field(default_factory=list[StoredBlob])
    voice: StoredBlob | None = None
    files: list[DemoFile] = field(default_factory=list[DemoFile])


async def fill_demo(database: Database, blobs: Blobs, *, workspace_id: UUID, now: datetime) -> int:
    """How many conversations were made: none if the demo was here before, or there is no practice number."""
    demo = await _begin(database, workspace_id, now)
    if demo is None:
        return 0
    demo.pictures = [await blobs.put(draw_picture(number)) for number in range(COUNT)]
    demo.voice = await blobs.put(_VOICE.read_bytes())
    async with database.transaction(Role.ENGINE, workspace_id) as session:
        await _make_surroundings(session, demo)
    all_scenes = scenes(now)
    ended = [scene for scene in all_scenes if scene.state == "resolved"]
    for start in range(0, len(ended), _BATCH):
        async with database.transaction(Role.ENGINE, workspace_id) as session:
            await _play_history(session, demo, ended[start : start + _BATCH])
    for scene in all_scenes:
        if scene.state != "resolved":
            async with database.transaction(Role.ENGINE, workspace_id) as session:
                await _play_live(session, demo, scene)
    async with database.transaction(Role.ENGINE, workspace_id) as session:
        await _work_together(session, demo, all_scenes)
    return len(all_scenes)


async def _begin(database: Database, workspace_id: UUID, now: datetime) -> _Demo | None:
    caller = Caller(workspace_id, frozenset(), token_id=_SOURCE)
    async with database.transaction(Role.ENGINE, workspace_id) as session:
        if await demo_exists(session):
            return None
        rows = [row for row in await list_channels(session, caller) if row.is_practice]
    if not rows:
        return None
    row = rows[0]
    return _Demo(workspace_id, Channel(workspace_id, row.id, channel_type(row.type), row.address, row.account), now)


async def _make_surroundings(session: Session, demo: _Demo) -> None:
    """Colleagues who never sign in, and what a desk has set up: teams, stages, fields, labels, companies, replies."""
    things: list[Thing] = []
    for place, name in enumerate(COLLEAGUES):
        person_id, agent_id = new_id(), new_id()
        role = "supervisor" if place == SUPERVISOR else "agent"
        await insert_colleague(session, person_id=person_id, agent_id=agent_id, name=name, role=role)
        demo.colleagues.append(agent_id)
        things += [Thing("person", person_id), Thing("agent", agent_id)]
    await _make_teams_and_stages(session, demo, things)
    await _make_fields(session, demo, things)
    demo.conversation_labels = [
        await _label(session, demo, "conversation", name, colour, things) for name, colour in CONVERSATION_LABELS
    ]
    demo.contact_labels = [
        await _label(session, demo, "contact", name, colour, things) for name, colour in CONTACT_LABELS
    ]
    for name, domain, notes, colleague in COMPANIES:
        company_id = await create_company(session, caller=_caller(demo), name=name, now=demo.now, new_id=new_id)
        facts = {"domains": [domain], "notes": notes, "owner_id": demo.colleagues[colleague]}
        await change_company(
            session,
            caller=_caller(demo),
            company_id=company_id,
            facts=facts,
            fields={},
            now=demo.now,
            new_id=new_id,
        )
        demo.companies.append(company_id)
        things.append(Thing("company", company_id))
    for one in SAVED_REPLIES:
        await _make_reply(session, demo, one, things)
    for habit in HABITS:
        await _make_pattern(session, habit, things)
    await remember(session, things)


async def _make_teams_and_stages(session: Session, demo: _Demo, things: list[Thing]) -> None:
    caller = _caller(demo)
    for name, colour, members in TEAMS:
        member_ids = [demo.colleagues[place] for place in members]
        team_id = await create_team(
            session, caller=caller, name=name, colour=colour, member_ids=member_ids, now=demo.now, new_id=new_id
        )
        demo.teams.append(team_id)
        things.append(Thing("team", team_id))
    for name, state, pauses_clock in STAGES:
        stage = Stage(id=new_id(), state=state, name=name, pauses_clock=pauses_clock)
        await create_stage(session, caller=caller, stage=stage, now=demo.now, new_id=new_id)
        demo.stages.append(stage.id)
        things.append(Thing("stage", stage.id))


async def _make_fields(session: Session, demo: _Demo, things: list[Thing]) -> None:
    for wanted in FIELDS:
        made = await create_field(
            session,
            caller=_caller(demo),
            owner=wanted.owner,
            type=wanted.type,
            name=wanted.name,
            options=[FieldOption(id=str(new_id()), name=name, colour=colour) for name, colour in wanted.options],
            now=demo.now,
            new_id=new_id,
        )
        demo.fields.append(made)
        things.append(Thing("field", made.id))


async def _make_reply(session: Session, demo: _Demo, one: Reply, things: list[Thing]) -> None:
    caller = _caller(demo)
    file_ids = [new_id() for _ in one.pictures]
    for file_id, number in zip(file_ids, one.pictures, strict=True):
        blob = demo.pictures[number % COUNT]
        name = f"{one.shortcut}-{number + 1}.jpg"
        await insert_reply_picture(session, file_id=file_id, name=name, blob=blob, uploaded_by=caller.actor_id)
        things.append(Thing("file", file_id))
    reply = SavedReply(
        id=new_id(),
        is_shared=True,
        team_id=None if one.team is None else demo.teams[one.team],
        channel_id=None,
        title=one.title,
        shortcut=one.shortcut,
        text=one.text,
        variants=[],
        language="en" if one.others else "",
        wordings=[VariedWording(language=language, text=text) for language, text in one.others],
        files=[],
    )
    await create_saved_reply(session, caller=caller, reply=reply, file_ids=file_ids, now=demo.now, new_id=new_id)
    things.append(Thing("saved_reply", reply.id))


async def _make_pattern(session: Session, habit: Habit, things: list[Thing]) -> None:
    pattern = TaskPattern(
        id=new_id(),
        name=habit.title,
        kind=TaskKind.CALL_BACK if habit.is_call_back else TaskKind.TASK,
        title=habit.title,
        checklist=[Step(text=text) for text in habit.steps],
        due_in_minutes=int(habit.due_in.total_seconds() // 60),
        remind_before_minutes=None,
    )
    await insert_pattern(session, pattern)
    things.append(Thing("task_pattern", pattern.id))


async def _label(
    session: Session, demo: _Demo, kind: LabelKind, name: str, colour: LabelColour, things: list[Thing]
) -> UUID:
    label = await create_label(
        session, caller=_caller(demo), kind=kind, name=name, colour=colour, now=demo.now, new_id=new_id
    )
    things.append(Thing("label", label.id))
    return label.id


async def _play_history(session: Session, demo: _Demo, batch: Sequence[Scene]) -> None:
    """Everything that ended, as a phone brings its history: it keeps its times and starts no clock."""
    items = [
        _received(demo, scene, said, at, place, from_history=True)
        for scene in batch
        for place, (said, at) in enumerate(scene.moments())
        if said.by != "note"
    ]
    await receive(session, demo.channel, items, now=demo.now, new_id=new_id)
    await _finish(session, demo, batch)


async def _play_live(session: Session, demo: _Demo, scene: Scene) -> None:
    """What is going on now: message after message, each at its own time."""
    for place, (said, at) in enumerate(scene.moments()):
        if said.by != "note":
            one = _received(demo, scene, said, min(at, demo.now), place, from_history=False)
            await receive(session, demo.channel, [one], now=min(at, demo.now), new_id=new_id)
    await _finish(session, demo, [scene])


async def _finish(session: Session, demo: _Demo, batch: Sequence[Scene]) -> None:
    """Who answered, with what labels; notes; files; and what was made, written down."""
    found = await find_demo_conversations(session, channel_id=demo.channel.id, phones=[one.phone for one in batch])
    handled = [
        Handled(
            conversation_id=found[scene.phone].conversation_id,
            contact_id=found[scene.phone].contact_id,
            agent_id=None if scene.colleague is None else demo.colleagues[scene.colleague],
            state="open" if scene.state in ("waiting", "answered") else scene.state,
            snoozed_until=wakes_at(demo.now, scene.number) if scene.state == "snoozed" else None,
            ended_at=max(at for _, at in scene.moments()) + timedelta(minutes=2),
            label_ids=tuple(demo.conversation_labels[label] for label in scene.labels),
            contact_label_ids=tuple(demo.contact_labels[label] for label in scene.contact_labels),
            company_id=None if scene.company is None else demo.companies[scene.company],
            team_id=None if scene.team is None else demo.teams[scene.team],
            values=tuple(_lines(demo, scene, "conversation")),
            contact_values=tuple(_lines(demo, scene, "contact")),
            is_for_admin=scene.is_for_admin,
        )
        for scene in batch
    ]
    await handle_conversations(session, handled)
    for scene in batch:
        for said, at in scene.moments():
            if said.by == "note" and scene.colleague is not None:
                await add_note(
                    session,
                    workspace_id=demo.workspace_id,
                    conversation_id=found[scene.phone].conversation_id,
                    author=Author(AuthorKind.AGENT, demo.colleagues[scene.colleague]),
                    content=Text(text=said.text),
                    client_id=None,
                    now=min(at, demo.now),
                    new_id=new_id,
                )
        if scene.stage is not None:
            await stage_conversation(
                session,
                caller=_caller(demo),
                conversation_id=found[scene.phone].conversation_id,
                stage_id=demo.stages[scene.stage],
                now=demo.now,
                new_id=new_id,
            )
        if scene.chore is not None:
            await _make_task(session, demo, found[scene.phone].conversation_id, scene.chore, scene.colleague)
    await show_newest(session, [one.conversation_id for one in handled])
    await insert_demo_files(session, channel_id=demo.channel.id, files=demo.files)
    demo.files = []


async def _make_task(session: Session, demo: _Demo, conversation_id: UUID, chore: Chore, colleague: int | None) -> None:
    wish = TaskWish(
        kind=TaskKind.CALL_BACK if chore.is_call_back else TaskKind.TASK,
        title=chore.title,
        note="",
        owner_id=None if colleague is None else demo.colleagues[colleague],
        due_at=(demo.now + chore.due_in).replace(minute=0, second=0, microsecond=0),
        remind_at=None,
        checklist=[Step(text=text, is_done=is_done) for text, is_done in chore.steps],
        message_ids=[],
    )
    await create_task(
        session, caller=_caller(demo), conversation_id=conversation_id, wish=wish, now=demo.now, new_id=new_id
    )


def _lines(demo: _Demo, scene: Scene, owner: FieldOwner) -> Iterator[tuple[UUID, str]]:
    """What stands in its fields, as it is stored."""
    for place, value in scene.values:
        made = demo.fields[place]
        if made.owner == owner:
            given = next((option.id for option in made.options if option.name == value), value)
            yield from ((made.id, line) for line in lines_of(made, given))


async def _work_together(session: Session, demo: _Demo, played: Sequence[Scene]) -> None:
    """What colleagues have begun by now: discussions, a review, and messages that wait for their time."""
    live = {scene.number - (CONVERSATIONS - LIVE): scene for scene in played}
    found = await find_demo_conversations(
        session, channel_id=demo.channel.id, phones=[scene.phone for place, scene in live.items() if place >= 0]
    )
    ids = {place: found[scene.phone].conversation_id for place, scene in live.items() if scene.phone in found}
    for talk in TALKS:
        await _discuss(session, demo, ids[talk.place], talk)
    for turn, later in enumerate(LATER):
        await schedule_message(
            session,
            caller=_caller(demo),
            conversation_id=ids[later.place],
            content=Text(text=later.text),
            quoted_id=None,
            due_at=office_hour(demo.now, turn),
            client_id=new_id(),
            now=demo.now,
            new_id=new_id,
            find_type=channel_type,
        )
    place, author, text, note = REVIEW
    await ask_for_review(
        session,
        caller=_caller(demo, author),
        agent_id=demo.colleagues[author],
        conversation_id=ids[place],
        review_id=new_id(),
        contents=[Text(text=text)],
        quoted_id=None,
        addressee=Addressee(),
        note=note,
        now=demo.now,
        new_id=new_id,
        find_type=channel_type,
    )


async def _discuss(session: Session, demo: _Demo, conversation_id: UUID, talk: Talk) -> None:
    (first, text), *others = talk.said
    discussion_id = new_id()
    began_at = demo.now - timedelta(minutes=10 * len(talk.said))
    await start_discussion(
        session,
        caller=_caller(demo, first),
        agent_id=demo.colleagues[first],
        conversation_id=conversation_id,
        discussion_id=discussion_id,
        subject=talk.subject,
        text=text,
        agent_ids=[demo.colleagues[place] for place, _ in others],
        team_ids=[],
        now=began_at,
        new_id=new_id,
    )
    for number, (place, said) in enumerate(others, 1):
        await discuss(
            session,
            caller=_caller(demo, place),
            agent_id=demo.colleagues[place],
            discussion_id=discussion_id,
            text=said,
            client_id=new_id(),
            now=began_at + timedelta(minutes=9 * number),
            new_id=new_id,
        )


def _received(demo: _Demo, scene: Scene, said: Said, at: datetime, place: int, *, from_history: bool) -> Received:
    provider_id = f"demo-{scene.number}-{place}"
    item = InboundMessage(
        provider_id=provider_id,
        party=Party(addresses=(AddressValue(scheme="phone", value=scene.phone),), name=scene.name, phone=scene.phone),
        content=_content(demo, said, provider_id),
        provider_at=at,
        by_business=said.by == "us",
        from_history=from_history,
    )
    return Received(item, _SOURCE, 0, demo.now if from_history else at)


def _content(demo: _Demo, said: Said, provider_id: str) -> Content:
    if said.picture is not None:
        blob = demo.pictures[said.picture % COUNT]
        file = DemoFile(new_id(), provider_id, "image/jpeg", "photo.jpg", blob, width=SIZE[0], height=SIZE[1])
        demo.files.append(file)
        return Media(media="image", file_id=file.id, caption=said.text)
    if said.is_voice and demo.voice is not None:
        file = DemoFile(new_id(), provider_id, "audio/ogg", "voice.ogg", demo.voice)
        demo.files.append(file)
        return Media(media="audio", file_id=file.id, is_voice=True)
    return Text(text=said.text)


def _caller(demo: _Demo, colleague: int = 0) -> Caller:
    return Caller(demo.workspace_id, frozenset(Permission), agent_id=demo.colleagues[colleague])
