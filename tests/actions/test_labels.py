"""Labels on conversations and, kept apart, on contacts: what they leave in the thread, and what they leave alone."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_label import change_label
from threadline.actions.create_label import create_label
from threadline.actions.delete_label import delete_label
from threadline.actions.label_contact import label_contact
from threadline.actions.label_conversation import label_conversation
from threadline.core.errors import Conflict, Invalid, NotFound
from threadline.core.label import MOST_OF_A_KIND, MOST_ON_ONE, LabelKind
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.contacts import Contact, access_contact
from threadline.store.conversations import Conversation, ListOrder, ListView, access_conversation, list_conversations
from threadline.store.labels import Label, list_labels
from threadline.store.merging import merge_contacts
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio

_KEPT = ("last_message_id", "last_activity_at", "waiting_since", "incoming_count", "window_closes_at", "state")


async def test_each_label_put_on_or_taken_off_is_a_line_that_names_it(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    broken, refund = await _make(desk, "Broken"), await _make(desk, "Refund")
    await _label(desk, customer, add=[broken.id, refund.id])
    await _label(desk, customer, remove=[broken.id])
    assert (await _conversation(desk, customer)).label_ids == [refund.id]
    assert await _lines(desk, customer) == [
        (2, "labelled", {"label_id": str(broken.id), "label": "Broken"}),
        (3, "labelled", {"label_id": str(refund.id), "label": "Refund"}),
        (4, "unlabelled", {"label_id": str(broken.id), "label": "Broken"}),
    ]


async def test_each_line_travels_with_its_event_and_events_tell_no_names(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    broken = await _make(desk, "Broken")
    await _label(desk, customer, add=[broken.id])
    row = await desk.connection.fetchrow(
        "select e.message_id, m.direction, e.actor_id, e.data::text as data from events e"
        " join messages m on m.id = e.message_id where e.workspace_id = $1 and e.kind = 'conversation_changed'",
        desk.workspace_id,
    )
    assert row is not None
    assert (row["direction"], row["actor_id"]) == ("line", desk.agent_id)
    assert json.loads(row["data"]) == {"label_id": str(broken.id), "is_added": True}
    assert await desk.events("label_created") == [{"label_id": str(broken.id)}]


async def test_labels_move_no_row_and_no_clock(desk: Desk) -> None:
    first, second = await desk.add_customers(2)
    label = await _make(desk, "Broken")
    before, order = await desk.conversation(first), await _listed(desk)
    await _label(desk, first, add=[label.id])
    after = await desk.conversation(first)
    assert {name: after[name] for name in _KEPT} == {name: before[name] for name in _KEPT}
    listed = await _listed(desk)
    assert [one.id for one in listed] == [one.id for one in order] == [second.conversation_id, first.conversation_id]
    assert [one.label_ids for one in listed] == [[], [label.id]]
    assert [one.last_message and one.last_message.direction for one in listed] == ["incoming", "incoming"]


async def test_what_is_as_wanted_already_is_not_told(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    label, other = await _make(desk, "Broken"), await _make(desk, "Refund")
    await _label(desk, customer, add=[label.id, label.id])
    await _label(desk, customer, add=[label.id], remove=[other.id, uuid4()])
    assert [what for _, what, _ in await _lines(desk, customer)] == ["labelled"]
    assert len(await desk.events("conversation_changed")) == 1


async def test_who_labels_at_the_same_moment_loses_nothing_of_the_other(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    labels = [await _make(desk, f"Label {number}") for number in range(6)]
    await _label(desk, customer, add=[labels[0].id])
    await asyncio.gather(
        *(_label(desk, customer, add=[label.id]) for label in labels[1:]),
        _label(desk, customer, remove=[labels[0].id]),
    )
    assert (await _conversation(desk, customer)).label_ids == sorted(label.id for label in labels[1:])
    assert [seq for seq, _, _ in await _lines(desk, customer)] == list(range(2, 9))


async def test_a_deleted_label_is_on_nothing_and_its_lines_are_still_read(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    label = await _make(desk, "Broken")
    await _label(desk, customer, add=[label.id])
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_label(session, caller=_caller(desk), label_id=label.id, now=utc_now(), new_id=new_id)
    assert (await _conversation(desk, customer)).label_ids == []
    assert [data["label"] for _, _, data in await _lines(desk, customer)] == ["Broken"]
    with pytest.raises(Invalid):
        await _label(desk, customer, add=[label.id])
    await _label(desk, customer, remove=[label.id])  # it is off already
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        assert await list_labels(session) == []
        with pytest.raises(NotFound):
            await delete_label(session, caller=_caller(desk), label_id=label.id, now=utc_now(), new_id=new_id)


async def test_a_label_renamed_keeps_the_name_of_its_day_in_the_thread(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    label = await _make(desk, "Broken")
    await _label(desk, customer, add=[label.id])
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await change_label(
            session, caller=_caller(desk), label_id=label.id, name="Damaged", colour=None, now=utc_now(), new_id=new_id
        )
        assert await list_labels(session) == [Label(id=label.id, kind="conversation", name="Damaged", colour="red")]
    assert [data["label"] for _, _, data in await _lines(desk, customer)] == ["Broken"]
    assert await desk.events("label_changed") == [{"label_id": str(label.id)}]


async def test_labels_of_contacts_and_of_conversations_are_kept_apart(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    regular, broken = await _make(desk, "Regular", kind="contact"), await _make(desk, "Broken")
    for wrong in (regular.id, uuid4()):
        with pytest.raises(Invalid):
            await _label(desk, customer, add=[broken.id, wrong])
    with pytest.raises(Invalid):
        await _label_contact(desk, customer, add=[broken.id])
    assert await _lines(desk, customer) == []
    await _label_contact(desk, customer, add=[regular.id])
    assert (await _contact(desk, customer)).label_ids == [regular.id]
    assert (await _conversation(desk, customer)).label_ids == []
    assert await _lines(desk, customer) == []
    assert await desk.events("contact_changed") == [{"label_id": str(regular.id), "is_added": True}]
    await _label_contact(desk, customer, remove=[regular.id])
    assert (await _contact(desk, customer)).label_ids == []


async def test_one_bears_twenty_labels_and_no_more(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    labels = [await _make(desk, f"Label {number}") for number in range(MOST_ON_ONE + 1)]
    ids = [label.id for label in labels]
    await _label(desk, customer, add=ids[:MOST_ON_ONE])
    with pytest.raises(Invalid) as refused:
        await _label(desk, customer, add=ids[MOST_ON_ONE:])
    assert refused.value.values == {"limit": str(MOST_ON_ONE)}
    await _label(desk, customer, add=ids[MOST_ON_ONE:], remove=ids[:1])
    assert (await _conversation(desk, customer)).label_ids == sorted(ids[1:])


async def test_a_name_is_one_label_of_its_kind_and_free_again_after_it(desk: Desk) -> None:
    label = await _make(desk, "Refund")
    other = await _make(desk, "Broken")
    await _make(desk, "refund", kind="contact")
    with pytest.raises(Conflict):
        await _make(desk, "REFUND")
    with pytest.raises(Conflict):
        async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
            await change_label(
                session, caller=_caller(desk), label_id=other.id, name="refund", colour=None, now=utc_now(),
                new_id=new_id,
            )  # fmt: skip
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await delete_label(session, caller=_caller(desk), label_id=label.id, now=utc_now(), new_id=new_id)
    assert (await _make(desk, "Refund")).id != label.id


async def test_there_are_as_many_labels_as_a_menu_bears(desk: Desk) -> None:
    await desk.connection.execute(
        "insert into labels (workspace_id, id, kind, name, name_key, colour)"
        " select $1, gen_random_uuid(), 'conversation', n::text, n::text, 'grey' from generate_series(1, $2::int) n",
        desk.workspace_id,
        MOST_OF_A_KIND - 1,
    )
    await _make(desk, "The last one")
    with pytest.raises(Conflict) as refused:
        await _make(desk, "One more")
    assert refused.value.reason == "too_many_labels"
    await _make(desk, "One more", kind="contact")


async def test_two_contacts_that_become_one_keep_their_labels(desk: Desk) -> None:
    first, second = await desk.add_customers(2)
    regular, wholesale = await _make(desk, "Regular", kind="contact"), await _make(desk, "Wholesale", kind="contact")
    await _label_contact(desk, first, add=[regular.id])
    await _label_contact(desk, second, add=[regular.id, wholesale.id])
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await merge_contacts(
            await session.raw(),
            workspace_id=desk.workspace_id,
            from_id=second.contact_id,
            into_id=first.contact_id,
            now=utc_now(),
        )
    assert (await _contact(desk, first)).label_ids == [regular.id, wholesale.id]
    assert (await _contact(desk, second)).id == first.contact_id, "whoever asks for them finds the other"


def _caller(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def _make(desk: Desk, name: str, *, kind: LabelKind = "conversation") -> Label:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await create_label(
            session, caller=_caller(desk), kind=kind, name=name, colour="red", now=utc_now(), new_id=new_id
        )


async def _label(desk: Desk, customer: Customer, *, add: Sequence[UUID] = (), remove: Sequence[UUID] = ()) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await label_conversation(
            session,
            caller=_caller(desk),
            conversation_id=customer.conversation_id,
            add=add,
            remove=remove,
            now=utc_now(),
            new_id=new_id,
        )


async def _label_contact(
    desk: Desk, customer: Customer, *, add: Sequence[UUID] = (), remove: Sequence[UUID] = ()
) -> None:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await label_contact(
            session,
            caller=_caller(desk),
            contact_id=customer.contact_id,
            add=add,
            remove=remove,
            now=utc_now(),
            new_id=new_id,
        )


async def _conversation(desk: Desk, customer: Customer) -> Conversation:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await access_conversation(session, _caller(desk), customer.conversation_id)


async def _contact(desk: Desk, customer: Customer) -> Contact:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        return await access_contact(session, _caller(desk), customer.contact_id)


async def _listed(desk: Desk) -> list[Conversation]:
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        rows, _ = await list_conversations(
            session,
            _caller(desk),
            view=ListView.OPEN,
            order=ListOrder.NEWEST,
            channel_id=None,
            after=None,
            limit=50,
        )
    return rows


async def _lines(desk: Desk, customer: Customer) -> list[tuple[int, str, dict[str, Any]]]:
    """(seq, what, data) of the desk's lines in the thread."""
    rows = await desk.connection.fetch(
        "select seq, content::text as content from messages where conversation_id = $1 and direction = 'line'"
        " order by seq",
        customer.conversation_id,
    )
    contents = [(row["seq"], json.loads(row["content"])) for row in rows]
    return [(seq, content["what"], content["data"]) for seq, content in contents]
