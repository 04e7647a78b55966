"""Reactions, edits, deletions, moved identities, consents, templates and notices: each has a defined end (R26)."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, by_phone, open_receiving_desk, party
from threadline.channels.contract import (
    AddressChange,
    AddressValue,
    ChannelNotice,
    ConsentChange,
    Ignored,
    InboundEdit,
    InboundReaction,
    Party,
    TemplateChange,
    Unreadable,
)
from threadline.core.content import Text


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        yield opened


def reaction(target: str, emoji: str, at: datetime, customer: int = 1, **more: Any) -> InboundReaction:
    return InboundReaction(
        provider_id=f"r-{emoji}-{at}", party=party(customer), target_provider_id=target, emoji=emoji, at=at, **more
    )


def edit(target: str, text: str, at: datetime, **more: Any) -> InboundEdit:
    return InboundEdit(
        provider_id=f"e-{text}", party=party(1), target_provider_id=target, content=Text(text=text), at=at, **more
    )


async def test_newest_reaction_of_each_author_wins_in_any_order(desk: ReceivingDesk) -> None:
    given = [("👍", 0), ("❤", 1), ("", 2), ("😀", 3)]
    for number, order in enumerate(permutations(given)):
        target = f"m{number}"
        await desk.receive(desk.message(1, target))
        for emoji, second in order:
            await desk.receive(reaction(target, emoji, desk.now + timedelta(seconds=second)))
        message = await desk.one("select id from messages where provider_id = $1", target)
        stored = await desk.rows("select emoji from reactions where message_id = $1", message["id"])
        assert [row["emoji"] for row in stored] == ["😀"]


async def test_reactions_of_one_batch_and_of_both_sides(desk: ReceivingDesk) -> None:
    await desk.receive(
        desk.message(1, "m1"),
        reaction("m1", "👍", desk.now),
        reaction("m1", "❤", desk.now + timedelta(seconds=1)),
        reaction("m1", "🙏", desk.now, by_business=True),
    )
    assert sorted(row["emoji"] for row in await desk.of("reactions")) == ["❤", "🙏"]
    assert [kind for _, kind in await desk.events()].count("reaction_changed") == 1
    before = await desk.state()
    await desk.receive(reaction("m1", "❤", desk.now + timedelta(seconds=1)))
    assert await desk.state() == before


async def test_reaction_and_edit_before_their_target_wait_for_it(desk: ReceivingDesk) -> None:
    await desk.receive(reaction("m1", "👍", desk.now), edit("m1", "better", desk.now))
    assert len(await desk.of("parked_items")) == 2
    assert await desk.of("messages") == []
    await desk.receive(desk.message(1, "m1", "first"))
    assert await desk.of("parked_items") == []
    assert [row["emoji"] for row in await desk.of("reactions")] == ["👍"]
    assert json.loads((await desk.of("messages"))[0]["content"])["text"] == "better"


async def test_edits_keep_what_stood_there_and_a_repeat_changes_nothing(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1", "first"))
    second, third = edit("m1", "second", desk.now), edit("m1", "third", desk.now + timedelta(seconds=5))
    await desk.receive(third)
    await desk.receive(second)
    message = (await desk.of("messages"))[0]
    assert json.loads(message["content"])["text"] == "third"
    kept = [entry["content"]["text"] for entry in json.loads(message["previous"])]
    assert kept == ["first", "second"]
    before = await desk.state()
    await desk.receive(second, third)
    assert await desk.state() == before


async def test_deletion_marks_and_keeps_the_text(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1", "keep me"))
    deletion = InboundEdit(
        provider_id="d1", party=party(1), target_provider_id="m1", content=None, at=desk.now, is_deletion=True
    )
    await desk.receive(deletion)
    message = (await desk.of("messages"))[0]
    assert message["deleted_at"] == desk.now
    assert json.loads(message["content"])["text"] == "keep me"
    assert (await desk.events())[-1][1] == "message_deleted"
    before = await desk.state()
    await desk.receive(deletion)
    assert await desk.state() == before


async def test_customer_cannot_edit_what_we_wrote(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "hello"))
    await desk.add_outgoing(1, provider_id="ours")
    await desk.connection.execute("update messages set provider_id = 'ours' where direction = 'outgoing'")
    await desk.receive(edit("ours", "forged", desk.now))
    contents = [json.loads(row["content"])["text"] for row in await desk.of("messages")]
    assert "forged" not in contents


def moved(old: Party, new: Party, **more: Any) -> AddressChange:
    return AddressChange(provider_id="c1", old=old.addresses, new=new.addresses, at=None, **more)


async def test_new_number_of_a_known_contact_is_the_same_contact(desk: ReceivingDesk) -> None:
    old, new = party("old", phone="+1"), party("new", phone="+2")
    change = moved(old, new, phone="+2")
    await desk.receive(desk.message(old, "m1"), change, desk.message(new, "m2"))
    contact = (await desk.of("contacts"))[0]
    assert (len(await desk.of("contacts")), contact["phone"]) == (1, "+2")
    alive = {row["value"] for row in await desk.of("addresses") if row["retired_at"] is None}
    assert alive == {"unew", "+2"}
    thread = await desk.of("messages", "seq, direction, content", "seq")
    assert [(row["seq"], row["direction"]) for row in thread] == [(1, "incoming"), (2, "line"), (3, "incoming")]
    assert json.loads(thread[1]["content"]) == {"kind": "line", "what": "number_changed"}
    assert (await desk.of("conversations"))[0]["last_seq"] == 3
    told = [row["message_id"] for row in await desk.of("events") if row["kind"] == "conversation_changed"]
    assert told == [row["last_line_id"] for row in await desk.of("conversations")]
    before = await desk.state()
    desk.advance(minutes=5)
    await desk.receive(change)
    assert await desk.state() == before


async def test_old_number_may_become_somebody_elses(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(party("old", phone="+1"), "m1"))
    await desk.receive(moved(party("old", phone="+1"), party("new", phone="+2")))
    await desk.receive(desk.message(party("stranger", phone="+1"), "m2"))
    assert len(await desk.of("contacts")) == 2
    await desk.receive(desk.message(by_phone("+1"), "m3"))
    stranger = await desk.one(
        "select c.last_seq from conversations c join addresses a on a.contact_id = c.contact_id"
        " where a.value = 'ustranger' and c.workspace_id = $1",
        desk.workspace_id,
    )
    assert stranger["last_seq"] == 2


async def test_two_known_contacts_become_one_without_loss(desk: ReceivingDesk) -> None:
    old, new = party("old", name="Ana", phone="+1"), party("new", phone="+2")
    await desk.receive(desk.message(old, "m1"), desk.message(new, "m2"))
    await desk.receive(ConsentChange(party=new, category="marketing", is_given=False, at=desk.now))
    await desk.receive(moved(old, new))

    kept, gone = await desk.of("contacts", order="merged_into nulls first")
    assert gone["merged_into"] == kept["id"]
    assert kept["name"] == "Ana"
    conversations = await desk.of("conversations")
    assert {row["contact_id"] for row in conversations} == {kept["id"]}
    assert sorted(row["state"] for row in conversations) == ["open", "resolved"]
    assert len(await desk.of("messages")) == 2
    assert {row["contact_id"] for row in await desk.of("addresses")} == {kept["id"]}
    assert [row["contact_id"] for row in await desk.of("consents")] == [kept["id"]]
    await desk.receive(desk.message(new, "m3"), desk.message(party("new"), "m4"))
    open_one = next(row for row in await desk.of("conversations") if row["state"] == "open")
    assert open_one["last_seq"] == 3


async def test_change_between_strangers_is_remembered(desk: ReceivingDesk) -> None:
    await desk.receive(moved(party("old"), party("new")), desk.message(party("new"), "m1"))
    assert len(await desk.of("contacts")) == 1
    retired = {row["value"]: row["retired_at"] is not None for row in await desk.of("addresses")}
    assert retired == {"uold": True, "unew": False}


async def test_consent_of_the_newest_word_counts(desk: ReceivingDesk) -> None:
    later = desk.now + timedelta(minutes=1)
    await desk.receive(ConsentChange(party=party(1), category="marketing", is_given=False, at=later))
    await desk.receive(ConsentChange(party=party(1), category="marketing", is_given=True, at=desk.now))
    assert [row["is_given"] for row in await desk.of("consents")] == [False]


async def test_template_and_notice_change_rows_once(desk: ReceivingDesk) -> None:
    await desk.connection.execute(
        "insert into templates (workspace_id, id, channel_type, account, provider_id, name, language, category, status,"
        " components) values ($1, $2, $3, 'acme', '77', 'hello', 'en', 'UTILITY', 'PENDING', '[]')",
        desk.workspace_id,
        desk.new_id(),
        desk.channel.type.manifest.type,
    )
    approved = TemplateChange(account="acme", template_id="77", status="APPROVED")
    notice = ChannelNotice(kind="number_banned", severity="critical", facts={"quality": "RED"}, stops_sending=True)
    await desk.receive(approved, notice, Ignored(reason="group"))
    await desk.receive(approved, notice)
    assert [row["status"] for row in await desk.of("templates")] == ["APPROVED"]
    channel = (await desk.of("channels"))[0]
    health: dict[str, str] = json.loads(channel["health"])
    assert (health["quality"], channel["state"]) == ("RED", "paused")
    assert all(isinstance(value, str) for value in health.values())
    kinds = [kind for _, kind in await desk.events()]
    assert (kinds.count("template_changed"), kinds.count("channel_changed")) == (1, 1)


async def test_unreadable_item_is_set_aside_and_the_others_are_received(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"), Unreadable(error="bad time", raw='{"x": 1}'), desk.message(1, "m2"))
    assert len(await desk.of("messages")) == 2
    failed = (await desk.of("failed_items"))[0]
    assert (failed["error"], failed["position"], failed["state"]) == ("bad time", 1, "failed")


async def test_address_value_of_another_scope_is_another_person(desk: ReceivingDesk) -> None:
    def of_scope(scope: str) -> Party:
        return Party(addresses=(AddressValue(scheme="user", scope=scope, value="u1"),))

    await desk.receive(desk.message(of_scope("a"), "m1"), desk.message(of_scope("b"), "m2"))
    assert len(await desk.of("contacts")) == 2
