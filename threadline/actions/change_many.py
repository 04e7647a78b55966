"""Change many conversations or contacts: an order is kept with everything it is meant for, and done by a job, some at
a time.

Each is changed by the verb that changes one, in the name of whoever gave the order and with the rights
they have at that moment; what is refused leaves the others alone. What was changed can be taken back, except where
somebody changed it since.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid5

import msgspec

from threadline.actions.do_acts import Doing, Done, do_acts, take_back
from threadline.actions.edit_contacts import CHANGED_SINCE, check_may_edit, edit_contact, give_back_contact
from threadline.actions.fill_fields import read_values
from threadline.channels.contract import ChannelType
from threadline.core.bulk import BATCH, BulkContacts, BulkOrder, Refusal, acts_of
from threadline.core.errors import Conflict, Invalid, ThreadlineError
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.infra.jobs import Job, enqueue
from threadline.store import bulk_changes
from threadline.store.bulk_changes import BulkItem, ContactItem, OpenBulk, Outcome, access_bulk
from threadline.store.closings import cancel_of_order, hold_until_order_ends, release_of_order
from threadline.store.companies import check_sees_company
from threadline.store.labels import find_labels
from threadline.store.preferences import get_preferences
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents


class ChangeMany(Job, frozen=True, kw_only=True):
    """Do the next part of this order. Safe to run twice: what is done is marked in the transaction that did it."""

    kind: ClassVar[str] = "change_many"

    workspace_id: UUID
    bulk_id: UUID


async def order_change(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    order: BulkOrder | BulkContacts,
    ids: Sequence[UUID],
    is_cut: bool,
    new_id: NewId,
) -> UUID:
    """Keeps the order and lets a worker begin. `ids` are of conversations, or of contacts if it is for them.

    Raises Invalid if there is nothing to change.
    """
    if not ids:
        raise Invalid("Nothing is chosen.", field="ids", reason="bulk_nothing")
    bulk_id = new_id()
    await bulk_changes.insert_bulk(
        session,
        bulk_id=bulk_id,
        agent_id=agent_id,
        order=order,
        ids=list(dict.fromkeys(ids)),
        is_cut=is_cut,
    )
    await enqueue(session, [ChangeMany(workspace_id=caller.workspace_id, bulk_id=bulk_id)])
    return bulk_id


async def order_edit(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    order: BulkContacts,
    ids: Sequence[UUID],
    is_cut: bool,
    new_id: NewId,
) -> UUID:
    """An order for contacts. What nobody could be given is refused at once, and not contact by contact.

    Raises Invalid (no such label or field, or nothing to change), NotFound (no such company).
    """
    await read_values(session, "contact", order.fields)
    if order.company_id is not msgspec.UNSET and order.company_id is not None:
        await check_sees_company(session, caller, order.company_id)
    if not (await find_labels(session, "contact", order.add_labels)).keys() >= set(order.add_labels):
        raise Invalid("This label does not exist any more.", field="add", reason="no_such_label")
    return await order_change(
        session, caller=caller, agent_id=agent_id, order=order, ids=ids, is_cut=is_cut, new_id=new_id
    )


async def order_undo(session: Session, *, caller: Caller, bulk_id: UUID) -> int:
    """Closing texts that still wait are cancelled at once. Returns how many had gone out already.

    Raises NotFound, Conflict (it is still being done, or was taken back).
    """
    await access_bulk(session, caller, bulk_id)
    if not await bulk_changes.begin_undo(session, bulk_id):
        raise Conflict("This is still being done, or was taken back already.", reason="bulk_no_undo")
    sent = await cancel_of_order(session, bulk_id)
    await enqueue(session, [ChangeMany(workspace_id=caller.workspace_id, bulk_id=bulk_id)])
    return sent


@dataclass(frozen=True, slots=True)
class Work:
    """What all conversations of a part have in common."""

    now: datetime
    new_id: NewId
    find_type: Callable[[str], ChannelType]
    hold: timedelta
    """As long whoever gave the order can still take an answer back."""


async def do_next_part(
    session: Session, job: ChangeMany, *, now: datetime, new_id: NewId, find_type: Callable[[str], ChannelType]
) -> bool:
    """The next ones of an order, in one transaction. True if there are more."""
    bulk = await bulk_changes.lock_bulk(session, job.bulk_id)
    if bulk is None:
        return False
    caller = (await callers_of_agents(session, [bulk.agent_id])).get(bulk.agent_id)
    hold = timedelta(seconds=(await get_preferences(session, bulk.agent_id)).hold_s)
    work = Work(now, new_id, find_type, hold)
    items = await bulk_changes.next_items(session, job.bulk_id, is_undo=bulk.is_undo, limit=BATCH)
    outcomes = [
        await _do_contact(session, job.bulk_id, bulk, item, caller, now, new_id)
        if isinstance(item, ContactItem)
        else await _do(session, job.bulk_id, bulk, item, caller, work)
        for item in items
    ]
    await bulk_changes.advance_bulk(
        session,
        job.bulk_id,
        done=len(items),
        changed=outcomes.count("changed"),
        is_finished=len(items) < BATCH,
    )
    if len(items) < BATCH and not bulk.is_undo:
        await release_of_order(session, job.bulk_id, now=now)
    return len(items) == BATCH


async def _do(
    session: Session, bulk_id: UUID, bulk: OpenBulk, item: BulkItem, caller: Caller | None, work: Work
) -> Outcome:
    """One conversation; what is refused is undone by itself, and marked."""
    assert not isinstance(bulk.order, BulkContacts)
    outcome: Outcome = "refused"
    done: Done | None = None
    refusal = None
    try:
        async with savepoint(session):
            if caller is not None:
                doing = _doing(bulk_id, item, caller, work)
                if bulk.is_undo:
                    outcome = await _take_back(session, doing, item)
                else:
                    done = await do_acts(session, doing, acts_of(bulk.order))
                    outcome = "changed" if done.is_anything else "unchanged"
                    if done.is_anything:
                        await hold_until_order_ends(session, item.conversation_id)
    except ThreadlineError as error:
        outcome, done = "refused", None
        refusal = Refusal(reason=error.reason, title=error.text, values=dict(error.values))
    kept = done if outcome == "changed" else None
    await bulk_changes.keep_outcome(
        session,
        bulk_id,
        item.place,
        outcome=outcome,
        is_undo=bulk.is_undo,
        refusal=refusal,
        before=kept and kept.before,
        after=kept and kept.after,
        made=kept and kept.made,
    )
    return outcome


def _doing(bulk_id: UUID, item: BulkItem, caller: Caller, work: Work) -> Doing:
    return Doing(
        caller=caller,
        conversation_id=item.conversation_id,
        run_id=uuid5(bulk_id, str(item.place)),
        now=work.now,
        new_id=work.new_id,
        find_type=work.find_type,
        hold=work.hold,
    )


async def _take_back(session: Session, doing: Doing, item: BulkItem) -> Outcome:
    """What somebody changed since is left alone."""
    assert item.before is not None
    assert item.after is not None
    is_restored, kept = await take_back(session, doing, Done(item.before, item.after, item.made))
    return "changed" if is_restored else "refused" if kept else "unchanged"


async def _do_contact(
    session: Session,
    bulk_id: UUID,
    bulk: OpenBulk,
    item: ContactItem,
    caller: Caller | None,
    now: datetime,
    new_id: NewId,
) -> Outcome:
    """One contact. What somebody changed since stays, and is told as what was left alone; the rest is given back."""
    assert isinstance(bulk.order, BulkContacts)
    outcome: Outcome = "changed"
    before = after = refusal = None
    try:
        async with savepoint(session):
            allowed = check_may_edit(caller)
            about: Any = {"caller": allowed, "contact_id": item.contact_id, "now": now, "new_id": new_id}  # of both
            if not bulk.is_undo:
                before, after = await edit_contact(session, order=bulk.order, **about)
                outcome = "unchanged" if after == before else "changed"
            elif not await give_back_contact(session, before=item.before or {}, after=item.after or {}, **about):
                outcome, refusal = "refused", CHANGED_SINCE
    except ThreadlineError as error:
        outcome, before, after = "refused", None, None
        refusal = Refusal(reason=error.reason or error.code, title=error.text, values=dict(error.values))
    is_kept = outcome == "changed"
    await bulk_changes.keep_outcome(
        session,
        bulk_id,
        item.place,
        outcome=outcome,
        is_undo=bulk.is_undo,
        refusal=refusal,
        before=before if is_kept else None,
        after=after if is_kept else None,
    )
    return outcome
