"""One text to many customers: whoever sends it is warned, and may send it all the same."""

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from threadline.infra.clock import utc_now

SALE = "Our winter sale begins tomorrow at nine!"


class Scene:
    """An admin who is warned after two customers, and a channel."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.desk: Desk
        self.channel_id: UUID

    async def begin(self, **settings: int) -> None:
        await set_up(self.browser)
        self.desk = Desk(self.browser.server, self.browser.workspace_id)
        self.channel_id = await self.desk.channel()
        wanted = {"settings": {"repeat_customers": 2} | settings}
        assert (await self.browser.patch("/api/workspace", wanted)).status == 200

    async def chat(self, name: str = "Carla Customer") -> UUID:
        return await self.desk.conversation(self.channel_id, name=name)

    async def chats(self, count: int) -> list[UUID]:
        return [await self.chat() for _ in range(count)]

    async def send(
        self, chat: UUID, text: str = SALE, *, by: Browser | None = None, client_id: str = "", **more: Any
    ) -> Answer:
        body = {"client_id": client_id or str(uuid4()), "content": {"kind": "text", "text": text}} | more
        return await (by or self.browser).post(f"/api/conversations/{chat}/messages", body)


async def test_the_next_customer_needs_a_word_and_nothing_went_out_without(browser: Browser) -> None:
    scene = Scene(browser)
    await scene.begin()
    first, second, third = await scene.chats(3)
    assert [(await scene.send(chat)).status for chat in (first, second, first)] == [201, 201, 201]
    refused = await scene.send(third, "our WINTER sale begins tomorrow, at nine")
    assert (refused.status, refused.json["reason"]) == (409, "repeated_text")
    assert refused.json["values"] == {"count": "2", "minutes": "10"}
    assert "winter" not in refused.raw.decode().lower(), "a refusal repeats no text"
    thread = (await browser.get(f"/api/conversations/{third}/messages")).json["items"]
    assert [one["direction"] for one in thread if one["direction"] == "outgoing"] == []
    client_id = str(uuid4())
    assert (await scene.send(third, accepted=["repeated_text"], client_id=client_id)).status == 201
    assert (await scene.send(third, client_id=client_id)).status == 201, "the same message once more"
    assert (await scene.send(first)).status == 409, "two others have it by now"
    assert (await scene.send(third, accepted=["everything"])).status == 422


async def test_other_words_short_ones_notes_and_each_name_are_something_else(browser: Browser) -> None:
    scene = Scene(browser)
    await scene.begin()
    for number, chat in enumerate(await scene.chats(4)):
        for text in (f"The parcel with the number {number} is on its way", "Thank you!", "One moment, please"):
            assert (await scene.send(chat, text)).status == 201
        assert (await scene.send(chat, kind="note")).status == 201
    greeted = [
        (await scene.send(await scene.chat(name), f"Dear {name}, our winter sale begins")).status
        for name in ("Ana", "Jonas", "Mila")
    ]
    assert greeted == [201, 201, 409]


async def test_it_counts_for_each_agent_and_not_for_programs(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, program = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        scene = Scene(admin)
        await scene.begin()
        await join(admin, agent)
        chats = await scene.chats(4)
        assert [(await scene.send(chat)).status for chat in chats[:3]] == [201, 201, 409]
        assert (await scene.send(chats[2], by=agent)).status == 201
        scopes = ["conversations:read", "messages:send"]
        made = await admin.post("/api/tokens", {"name": "one", "scopes": scopes})
        program.token = made.json["token"]
        assert [(await scene.send(chat, by=program)).status for chat in chats] == [201] * 4


async def test_what_is_forwarded_or_scheduled_counts_and_is_asked_about(browser: Browser) -> None:
    scene = Scene(browser)
    await scene.begin()
    first, second, third, fourth = await scene.chats(4)
    source = (await scene.send(first)).json["id"]
    schedule = {"content": {"kind": "text", "text": SALE}}
    far = f"/api/conversations/{second}/scheduled"
    waiting = await browser.post(far, schedule | {"client_id": str(uuid4()), "due_at": _in_an_hour()})
    assert waiting.status == 201, waiting.raw
    forward = {"conversation_id": str(third), "client_id": str(uuid4())}
    refused = await browser.post(f"/api/messages/{source}/forward", forward)
    assert (refused.status, refused.json["reason"]) == (409, "repeated_text")
    later = f"/api/conversations/{fourth}/scheduled"
    asked = await browser.post(later, schedule | {"client_id": str(uuid4()), "due_at": _in_an_hour()})
    assert (asked.status, asked.json["reason"]) == (409, "repeated_text")
    # Who cancels it has told one less.
    assert (await browser.post(f"/api/scheduled/{waiting.json['id']}/cancel")).status == 200
    assert (await browser.post(f"/api/messages/{source}/forward", forward)).status == 201
    accepted = schedule | {"client_id": str(uuid4()), "due_at": _in_an_hour(), "accepted": ["repeated_text"]}
    assert (await browser.post(later, accepted)).status == 201


async def test_what_was_taken_back_counts_for_nothing_and_nought_warns_never(browser: Browser) -> None:
    scene = Scene(browser)
    await scene.begin(repeat_minutes=60)
    chats = await scene.chats(5)
    sent = [await scene.send(chat) for chat in chats[:2]]
    assert (await scene.send(chats[2])).json["values"] == {"count": "2", "minutes": "60"}
    assert (await browser.post(f"/api/messages/{sent[0].json['id']}/discard")).status == 200
    assert (await scene.send(chats[2])).status == 201
    assert (await browser.patch("/api/workspace", {"settings": {"repeat_customers": 0}})).status == 200
    assert [(await scene.send(chat)).status for chat in chats] == [201] * 5
    for wrong in ({"repeat_customers": -1}, {"repeat_minutes": 0}, {"repeat_minutes": 1441}, {"repeat_customers": "2"}):
        assert (await browser.patch("/api/workspace", {"settings": wrong})).status == 422


def _in_an_hour() -> str:
    return (utc_now() + timedelta(hours=1)).isoformat()


async def test_what_a_macro_sent_counts_for_whoever_ran_it(browser: Browser) -> None:
    scene = Scene(browser)
    await scene.begin()
    first, second, third = await scene.chats(3)
    made = await browser.post("/api/macros", {"name": "Sale", "acts": [{"kind": "reply", "text": SALE}]})
    assert made.status == 201, made.raw
    for chat in (first, second):
        body = {"id": str(uuid4()), "macro_id": made.json["id"], "updated_at": made.json["updated_at"]}
        ran = await browser.post(f"/api/conversations/{chat}/macro-runs", body)
        assert ran.status == 201, ran.raw
    assert (await scene.send(third)).json["reason"] == "repeated_text"


async def test_what_a_review_let_out_counts_for_its_author_and_not_for_the_reviewer(
    browser: Browser, server: Server
) -> None:
    scene = Scene(browser)
    await scene.begin()
    async with browser_of(server) as second:
        agent = await join(browser, second)
        *chats, last = await scene.chats(3)
        for chat in chats:
            asked = await agent.post(
                f"/api/conversations/{chat}/reviews",
                {"id": str(uuid4()), "contents": [{"kind": "text", "text": SALE}]},
            )
            assert asked.status == 201, asked.raw
            approved = await browser.post(f"/api/reviews/{asked.json['id']}/approve", {})
            assert (approved.status, approved.json["state"]) == (200, "sent"), approved.raw
        assert (await scene.send(last, by=agent)).json["reason"] == "repeated_text"
        assert (await scene.send(last)).status == 201, "they wrote nothing of it themselves"
