"""Search through HTTP: who finds what, by which words and operators, and who does not."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.index_search import index_search
from threadline.core.content import Media, encode_content
from threadline.infra.clock import new_id, utc_now
from threadline.store.events import read_events
from threadline.store.session import Role
from threadline.workers.older_search import OlderSearch

TEXTS = {
    "german": "Guten Tag, Herr Müller fragt nach der blauen Schüssel",
    "russian": "Где мой заказ? Ёлка разбита",
    "chinese": "请问有蓝色的碗吗",
    "japanese": "青いガラスの器はありますか",
    "thai": "ขอบคุณมากครับ สีฟ้าสวยมาก",
    "turkish": "MAVİ ŞİŞE kırıldı",
    "arabic": "شُكْرًا يا أحمد",
    "korean": "배송은 언제 오나요",
    "french": "Un café crème, s'il vous plaît",
}


@dataclass
class Searched:
    server: Server
    admin: Browser
    desk: Desk
    channel_id: UUID
    conversations: dict[str, UUID]

    async def index(self) -> None:
        older = OlderSearch(self.server.database, utc_now)
        async with self.server.database.transaction(Role.ENGINE) as session:
            await (await session.raw()).execute("update search_progress set finished_at = null, reached_id = null")
        while await older.step():
            pass


async def search(browser: Browser, q: str, **more: str) -> Any:
    answer = await browser.get(f"/api/search?{urlencode({'q': q} | more)}")
    assert answer.status == 200, answer.raw
    return answer.json


async def message_texts(browser: Browser, q: str, **more: str) -> list[str]:
    found = await search(browser, q, among="messages", **more)
    return ["".join(piece["text"] for piece in hit["snippet"]) for hit in found["messages"]["items"]]


@pytest.fixture(scope="module")
async def searched(server: Server) -> AsyncIterator[Searched]:
    async with browser_of(server) as admin:
        await set_up(admin)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversations = {
            name: await desk.conversation(channel_id, texts=(text,), name=f"Customer {name.title()}")
            for name, text in TEXTS.items()
        }
        searched = Searched(server, admin, desk, channel_id, conversations)
        await searched.index()
        yield searched


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("muller SCHUSS", "german"),
        ("елка заказ", "russian"),
        ("蓝色的碗", "chinese"),
        ("がらす", "japanese"),
        ("สีฟ้า", "thai"),
        ("mavi sise", "turkish"),
        ("شكرا", "arabic"),
        ("배송", "korean"),
        ("cafe plait", "french"),
    ],
)
async def test_messages_are_found_in_every_language(searched: Searched, typed: str, language: str) -> None:
    found = await search(searched.admin, typed)
    (hit,) = found["messages"]["items"]
    assert hit["conversation_id"] == str(searched.conversations[language])
    assert hit["contact"]["name"] == f"Customer {language.title()}"
    assert any(piece["is_match"] for piece in hit["snippet"])
    assert found["messages"]["next"] is None
    assert found["messages"]["searched_to"] is None


async def test_pages_go_on_where_the_last_one_ended(searched: Searched) -> None:
    texts = tuple(f"pagination number {number}" for number in range(25))
    await searched.desk.conversation(searched.channel_id, texts=texts)
    await searched.index()
    seen: list[str] = []
    after: str | None = None
    for _ in range(10):
        more = {"after": after} if after else {}
        found = (await search(searched.admin, "pagination", among="messages", limit="10", **more))["messages"]
        seen += ["".join(piece["text"] for piece in hit["snippet"]) for hit in found["items"]]
        after = found["next"]
        if after is None:
            break
    assert seen == list(reversed(texts))


async def test_the_second_look_at_unspaced_texts_and_phrases(searched: Searched) -> None:
    assert await message_texts(searched.admin, "色蓝") == []
    assert await message_texts(searched.admin, '"blauen Schüssel"') == [TEXTS["german"]]
    assert await message_texts(searched.admin, '"Schüssel blauen"') == []


async def test_operators_narrow_what_is_found(searched: Searched) -> None:
    admin, desk = searched.admin, searched.desk
    other = await desk.channel()
    await admin.patch(f"/api/channels/{other}", {"name": "Wholesale"})
    kiln = await desk.conversation(other, texts=("the kiln is hot",), name="Olga Operator")
    await desk.conversation(searched.channel_id, texts=("the kiln is cold",), name="Oskar Other")
    sent = await admin.post(
        f"/api/conversations/{kiln}/messages",
        {"client_id": str(new_id()), "kind": "note", "content": {"kind": "text", "text": "our kiln note"}},
    )
    assert sent.status == 201, sent.raw
    label = await admin.post("/api/labels", {"kind": "conversation", "name": "Sand glaze", "colour": "teal"})
    await admin.patch(f"/api/conversations/{kiln}/labels", {"add": [label.json["id"]]})
    picture = await desk.receive(kiln, other, "placeholder")
    async with searched.server.database.transaction(Role.ENGINE, admin.workspace_id) as session:
        content = encode_content(Media(media="image", file_id=new_id(), caption="kiln picture"))
        await (await session.raw()).execute(
            "update messages set kind = 'media', content = $2::jsonb where id = $1", picture, content.decode()
        )
    await searched.index()
    both = ["the kiln is cold", "the kiln is hot"]
    assert await message_texts(admin, "kiln is:incoming") == ["kiln picture", *both]
    assert await message_texts(admin, "kiln from:customer channel:wholesale") == ["kiln picture", "the kiln is hot"]
    assert await message_texts(admin, "kiln from:me") == ["our kiln note"]
    assert await message_texts(admin, "kiln is:note") == ["our kiln note"]
    assert await message_texts(admin, "kiln from:olga") == ["kiln picture", "the kiln is hot"]
    assert await message_texts(admin, 'kiln label:"sand glaze"') == ["kiln picture", "our kiln note", "the kiln is hot"]
    assert await message_texts(admin, "kiln has:image") == ["kiln picture"]
    assert await message_texts(admin, "has:image") == ["kiln picture"]
    assert await message_texts(admin, "kiln before:today") == []
    assert len(await message_texts(admin, "kiln after:today")) == 4
    assert await message_texts(admin, "kiln is:resolved") == []
    found = await search(admin, "label:sand")
    assert [one["id"] for one in found["conversations"]] == [str(kiln)]
    assert await message_texts(admin, "placeholder") == []


async def test_what_an_operator_cannot_use_is_said(searched: Searched) -> None:
    found = await search(searched.admin, "label:nothing has:elephant bowl")
    assert found["problems"] == [
        {"operator": "has", "value": "elephant", "reason": "not_understood"},
        {"operator": "label", "value": "nothing", "reason": "nothing_called_so"},
    ]
    assert found["messages"]["items"] == []
    assert (await searched.admin.get("/api/search?q=x&zone=Middle/Earth")).status == 422


async def test_contacts_and_their_conversations_are_found_by_any_part(searched: Searched) -> None:
    conversation_id = await searched.desk.conversation(searched.channel_id, name="Zoë Quarterstone")
    await searched.index()
    for typed in ("zoe", "arterst", "QUARTER oe"):
        found = await search(searched.admin, typed)
        (hit,) = found["contacts"]
        assert "".join(piece["text"] for piece in hit["name"]) == "Zoë Quarterstone"
        assert any(piece["is_match"] for piece in hit["name"]), typed
        assert hit["conversation_id"] == str(conversation_id)
        assert [one["id"] for one in found["conversations"]] == [str(conversation_id)]
    by_number = await search(searched.admin, "17000", among="contacts")
    assert len(by_number["contacts"]) > 5
    assert "".join(piece["text"] for piece in by_number["contacts"][0]["address"]) == "+49 170 0000000"


async def test_nobody_finds_what_they_may_not_see(searched: Searched, server: Server) -> None:
    """S5: own, of a channel, of another workspace; in messages, contacts, conversations and senders."""
    async with AsyncExitStack() as stack:
        limited, assigned, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        hidden_channel, open_channel = await searched.desk.channel(), await searched.desk.channel()
        await join(searched.admin, limited, channel_ids=[str(open_channel)])
        await join(searched.admin, assigned, sees="assigned")
        await set_up(foreign)
        hidden = await searched.desk.conversation(hidden_channel, texts=("porcelain secret",), name="Hidden Hana")
        shown = await searched.desk.conversation(
            open_channel, texts=("porcelain open",), name="Shown Sven", assignee_id=assigned.agent_id
        )
        await searched.index()
        assert await message_texts(searched.admin, "porcelain") == ["porcelain open", "porcelain secret"]
        for who in (limited, assigned):
            assert await message_texts(who, "porcelain") == ["porcelain open"]
            assert await message_texts(who, "porcelain from:hana") == []
            found = await search(who, "hana")
            assert (found["contacts"], found["conversations"]) == ([], [])
            found = await search(who, "sven")
            assert [one["conversation_id"] for one in found["contacts"]] == [str(shown)]
            found = await search(who, "is:open", among="conversations")
            assert str(hidden) not in {one["id"] for one in found["conversations"]}
        found = await search(foreign, "porcelain")
        assert (found["messages"]["items"], found["contacts"]) == ([], [])
        assert (await search(foreign, "sven"))["contacts"] == []
        async with server.database.transaction(Role.WEB, foreign.workspace_id) as session:
            connection = await session.raw()
            ours = searched.admin.workspace_id
            first, last = f"'{UUID(int=0)}'", f"'{UUID(int=2**128 - 1)}'"
            for look_up in (
                f"newest_messages_with('{ours}', null, {last}, {first}, 10, 10)",
                f"messages_with('{ours}', 'x', {last}, {first}, 10)",
                f"newest_contacts_with('{ours}', 'x', 10, 10)",
                f"contacts_with('{ours}', 'x', 10)",
            ):
                assert await connection.fetch(f"select * from {look_up}") == []


async def test_the_feed_keeps_the_index_up_and_what_is_taken_back_is_gone_at_once(searched: Searched) -> None:
    admin, desk, database = searched.admin, searched.desk, searched.server.database
    workspace_id = admin.workspace_id

    async def follow() -> None:
        async with database.transaction(Role.ENGINE, workspace_id) as session:
            connection = await session.raw()
            seq = await connection.fetchval("select last_seq from feed_counters where workspace_id = $1", workspace_id)
            events = await read_events(connection, workspace_id=workspace_id, after_seq=(seq or 0) - 2, limit=10)
            await index_search(session, events, now=utc_now(), new_id=new_id)

    conversation_id = await desk.conversation(searched.channel_id)
    message_id = await desk.receive(conversation_id, searched.channel_id, "stoneware mug")
    assert await message_texts(admin, "stoneware") == []
    await follow()
    await follow()
    assert await message_texts(admin, "stoneware") == ["stoneware mug"]

    async def change(statement: str) -> None:
        async with database.transaction(Role.ENGINE, workspace_id) as session:
            await (await session.raw()).execute(statement, message_id)

    await change("update messages set content = jsonb_set(content, '{text}', '\"earthenware mug\"') where id = $1")
    assert await message_texts(admin, "stoneware") == []
    await follow()
    assert await message_texts(admin, "earthenware") == ["earthenware mug"]
    await change("update messages set status = 5 where id = $1")
    assert await message_texts(admin, "earthenware") == ["earthenware mug"]
    await change("update messages set deleted_at = now() where id = $1")
    assert await message_texts(admin, "earthenware") == []
    await follow()
    assert await message_texts(admin, "mug") == []


async def test_what_is_erased_is_erased_from_the_index(searched: Searched) -> None:
    message_id = await searched.desk.receive(
        searched.conversations["german"], searched.channel_id, "to be erased entirely"
    )
    await searched.index()
    async with searched.server.database.transaction(Role.ENGINE, searched.admin.workspace_id) as session:
        connection = await session.raw()
        assert await connection.fetchval("select count(*) from message_words where id = $1", message_id) == 1
        await connection.execute("delete from messages where id = $1", message_id)
        assert await connection.fetchval("select count(*) from message_words where id = $1", message_id) == 0


async def test_a_thread_is_read_around_a_message_and_on_from_there(searched: Searched) -> None:
    admin, desk = searched.admin, searched.desk
    texts = tuple(f"around number {number}" for number in range(30))
    conversation_id = await desk.conversation(searched.channel_id, texts=texts)
    async with searched.server.database.transaction(Role.ENGINE, admin.workspace_id) as session:
        await (await session.raw()).execute(
            "update messages set sort_at = sort_at + seq * interval '1 second' where conversation_id = $1",
            conversation_id,
        )
    await searched.index()
    path = f"/api/conversations/{conversation_id}"
    found = (await admin.get(f"{path}/find?q=around")).json
    assert found["count"] == 30
    assert [one["id"] for one in (await admin.get(f"{path}/find?{urlencode({'q': 'number 17'})}")).json["items"]] == [
        found["items"][17]["id"]
    ]
    for typed, count in (("17 number", 1), ('"17 number"', 0)):
        assert (await admin.get(f"{path}/find?{urlencode({'q': typed})}")).json["count"] == count

    def texts_of(answer: Any) -> list[str]:
        assert answer.status == 200, answer.raw
        return [one["content"]["text"] for one in answer.json["items"]]

    middle = await admin.get(f"{path}/messages/around?message_id={found['items'][15]['id']}&limit=10")
    assert texts_of(middle) == list(texts[10:20])
    after = await admin.get(f"{path}/messages/around?{urlencode({'newer': middle.json['newer'], 'limit': 10})}")
    assert texts_of(after) == list(texts[20:30])
    assert after.json["newer"] is None
    older = await admin.get(f"{path}/messages?{urlencode({'before': middle.json['next'], 'limit': 20})}")
    assert (texts_of(older), older.json["next"]) == (list(texts[:10]), None)
    at = found["items"][4]["at"]
    by_date = await admin.get(f"{path}/messages/around?{urlencode({'at': at, 'limit': 4})}")
    assert texts_of(by_date) == list(texts[2:6])
    for missing in (f"message_id={new_id()}", ""):
        assert (await admin.get(f"{path}/messages/around?{missing}")).status in (404, 422)
    elsewhere = searched.conversations["german"]
    strange = await admin.get(f"/api/conversations/{elsewhere}/messages/around?message_id={found['items'][0]['id']}")
    assert strange.status == 404


async def test_every_field_that_can_be_asked_is_an_operator(searched: Searched, server: Server) -> None:
    """Fixed ones and those that people made, of conversations and contacts, for messages and conversations alike."""
    admin, desk = searched.admin, searched.desk
    conversation_id = await desk.conversation(searched.channel_id, texts=("A walnut lamp",), name="Olga Registry")
    other_id = await desk.conversation(searched.channel_id, texts=("A walnut shelf",), name="Pavel Registry")
    await searched.index()
    path = f"/api/conversations/{conversation_id}"
    contact_id = (await admin.get(path)).json["contact"]["id"]
    team = (await admin.post("/api/teams", {"name": "Blue Team", "colour": "blue", "member_ids": []})).json
    options = [{"name": "North"}, {"name": "South"}]
    body = {"owner": "contact", "type": "choices", "name": "Branch office", "options": options}
    field = (await admin.post("/api/fields", body)).json
    await admin.patch(path, {"team_id": team["id"], "priority": 3})
    filled = await admin.patch(
        f"/api/contacts/{contact_id}",
        {"is_vip": True, "country": "SE", "fields": {field["id"]: [field["options"][1]["id"]]}},
    )
    assert filled.status == 200, filled.raw
    words = {one["word"] for one in (await admin.get("/api/filter-fields")).json["items"]}
    assert words >= {"team", "priority", "vip", "branch-office", "created", "received", "label"}

    for typed in (
        'team:"blue team"',
        "team:blu priority:urgent",
        "is:vip",
        "vip:yes",
        "branch-office:south",
        "Branch-Office:sou team:blue",
        "vip:yes created:1d received:>=1",
        "country:se",
    ):
        assert await message_texts(admin, f"walnut {typed}") == ["A walnut lamp"], typed
        found = (await search(admin, f"Registry {typed}", among="conversations"))["conversations"]
        assert [one["id"] for one in found] == [str(conversation_id)], typed
        named = (await search(admin, f"Registry {typed}", among="contacts"))["contacts"]
        assert [one["id"] for one in named] == [contact_id], typed
    alone = (await search(admin, "branch-office:south", among="conversations"))["conversations"]
    assert [one["id"] for one in alone] == [str(conversation_id)], "without a word beside it"
    others = (await search(admin, "Registry team:none vip:no", among="conversations"))["conversations"]
    assert [one["id"] for one in others] == [str(other_id)]
    either = await message_texts(admin, "walnut priority:urgent priority:none")
    assert sorted(either) == ["A walnut lamp", "A walnut shelf"], "of one operator several values: any of them"

    odd = await search(admin, "walnut team:nowhere received:many", among="messages")
    assert [(one["operator"], one["reason"]) for one in odd["problems"]] == [
        ("received", "not_understood"),
        ("team", "nothing_called_so"),
    ]
    async with browser_of(server) as stranger:
        await set_up(stranger)
        assert (await search(stranger, "is:vip", among="conversations"))["conversations"] == []
        assert "branch-office" not in {one["word"] for one in (await stranger.get("/api/filter-fields")).json["items"]}


async def test_an_operator_does_not_tell_who_is_a_customer_of_others(searched: Searched) -> None:
    async with browser_of(searched.server) as limited:
        await join(searched.admin, limited, sees="assigned")
        own = await searched.desk.conversation(searched.channel_id, assignee_id=limited.agent_id, name="Olga Own")
        assert own
        await searched.index()
        for name in ("German", "Nobody"):  # somebody whom others see, and nobody at all
            found = await search(limited, f'from:"{name}"')
            assert [problem["reason"] for problem in found["problems"]] == ["nothing_called_so"], name
        assert (await search(limited, "from:Olga"))["problems"] == []
        assert (await search(searched.admin, "from:German"))["problems"] == []
