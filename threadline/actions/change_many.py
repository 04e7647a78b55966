"""Change many conversations or contacts: an order is kept with everything it is meant for, and done by a job, some at
a time.

Each is changed by the verb that changes one, in the name of whoever gave the order and with the rights
they have at that moment; what is refused leaves the others alone. What was changed can be taken back, except where
somebody changed it since.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, assert_never
from uuid import UUID

import msgspec

from threadline.actions.change_conversation import change_conversation
from threadline.actions.edit_contacts import CHANGED_SINCE, check_may_edit, edit_contact, give_back_contact
from threadline.actions.fill_fields import read_values
from threadline.actions.label_conversation import label_conversation
from threadline.actions.set_priority import set_priority
from threadline.actions.snooze_conversation import snooze_conversation
from threadline.actions.stage_conversation import stage_conversation
from threadline.actions.undo_change import undo_change
from threadline.core import undo
from threadline.core.bulk import (
    BATCH,
    BulkAssign,
    BulkContacts,
    BulkLabels,
    BulkOrder,
    BulkPriority,
    BulkSnooze,
    BulkStage,
    BulkState,
    BulkTeam,
    PutBack,
    Refusal,
    Standing,
    undoing,
)
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, Invalid, ThreadlineError
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.infra.jobs import Job, enqueue
from threadline.store import bulk_changes
from threadline.store.bulk_changes import BulkItem, ContactItem, OpenBulk, Outcome, access_bulk, read_standing
from threadline.store.closings import cancel_of_order, hold_until_order_ends, release_of_order
from threadline.store.companies import check_sees_company
from threadline.store.conversations import access_conversation_keys
from threadline.store.labels import find_labels
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents
from threadline.store.teams import get_team


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


async def do_next_part(session: Session, job: ChangeMany, *, now: datetime, new_id: NewId) -> bool:
    """The next ones of an order, in one transaction. True if there are more."""
    bulk = await bulk_changes.lock_bulk(session, job.bulk_id)
    if bulk is None:
        return False
    caller = (await callers_of_agents(session, [bulk.agent_id])).get(bulk.agent_id)
    items = await bulk_changes.next_items(session, job.bulk_id, is_undo=bulk.is_undo, limit=BATCH)
    outcomes = [
        await _do_contact(session, job.bulk_id, bulk, item, caller, now, new_id)
        if isinstance(item, ContactItem)
        else await _do(session, job.bulk_id, bulk, item, caller, now, new_id)
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
    session: Session, bulk_id: UUID, bulk: OpenBulk, item: BulkItem, caller: Caller | None, now: datetime, new_id: NewId
) -> Outcome:
    """One conversation; what is refused is undone by itself, and marked."""
    assert not isinstance(bulk.order, BulkContacts)
    outcome: Outcome = "refused"
    before = after = refusal = None
    try:
        async with savepoint(session):
            before = await read_standing(session, item.conversation_id)
            orders: Sequence[BulkOrder | PutBack] | None = [bulk.order]
            if bulk.is_undo:
                assert item.before is not None
                assert item.after is not None
                orders = undoing(bulk.order, item.before, item.after, before)
            if caller is not None and orders is not None:
                for order in orders:
                    await _apply(session, caller, item.conversation_id, order, now, new_id)
                after = await read_standing(session, item.conversation_id)
                outcome = "unchanged" if after == before else "changed"
                if outcome == "changed" and not bulk.is_undo:
                    await hold_until_order_ends(session, item.conversation_id)
    except ThreadlineError as error:
        outcome = "refused"
        refusal = Refusal(reason=error.reason, title=error.text, values=dict(error.values))
    kept = {} if bulk.is_undo or outcome != "changed" else {"before": before, "after": after}
    await bulk_changes.keep_outcome(
        session, bulk_id, item.place, outcome=outcome, is_undo=bulk.is_undo, refusal=refusal, **kept
    )
    return outcome


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
    kept = {"before": before, "after": after} if outcome == "changed" else {}
    await bulk_changes.keep_outcome(
        session, bulk_id, item.place, outcome=outcome, is_undo=bulk.is_undo, refusal=refusal, **kept
    )
    return outcome


async def _apply(
    session: Session, caller: Caller, conversation_id: UUID, order: BulkOrder | PutBack, now: datetime, new_id: NewId
) -> None:
    match order:
        case PutBack(before=before, after=after):
            await undo_change(
                session,
                caller=caller,
                conversation_id=conversation_id,
                before=_place(before),
                after=_place(after),
                now=now,
                new_id=new_id,
            )
        case BulkState(state=state):
            await change_conversation(
                session,
                caller=caller,
                conversation_id=conversation_id,
                state=state,
                assignee_id="keep",
                now=now,
                new_id=new_id,
            )
        case BulkAssign(assignee_id=assignee_id):
            await change_conversation(
                session,
                caller=caller,
                conversation_id=conversation_id,
                state=None,
                assignee_id=assignee_id,
                now=now,
                new_id=new_id,
            )
        case BulkLabels(add=add, remove=remove):
            await label_conversation(
                session,
                caller=caller,
                conversation_id=conversation_id,
                add=add,
                remove=remove,
                now=now,
                new_id=new_id,
            )
        case BulkSnooze(until=until):
            await snooze_conversation(
                session, caller=caller, conversation_id=conversation_id, until=until, now=now, new_id=new_id
            )
        case BulkTeam(team_id=team_id):
            await _move(session, caller, conversation_id, team_id, now, new_id)
        case BulkPriority(priority=priority):
            await set_priority(
                session, caller=caller, conversation_id=conversation_id, priority=priority, now=now, new_id=new_id
            )
        case BulkStage(stage_id=stage_id):
            await stage_conversation(
                session, caller=caller, conversation_id=conversation_id, stage_id=stage_id, now=now, new_id=new_id
            )
        case _:
            assert_never(order)


def _place(standing: Standing) -> undo.Standing:
    """What an order of a state, a snooze or a stage changes; who has it is not its affair."""
    return undo.Standing(
        state=ConversationState(standing.state),
        snoozed_until=standing.snoozed_until,
        assignee_id=None,
        team_id=None,
        stage_id=standing.stage_id,
    )


async def _move(
    session: Session, caller: Caller, conversation_id: UUID, team_id: UUID | None, now: datetime, new_id: NewId
) -> None:
    """To a team's queue; with whoever has it, if they are of the team."""
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    members = [] if team_id is None else (await get_team(session, team_id)).member_ids
    stays = conversation.assignee_id is None or team_id is None or conversation.assignee_id in members
    await change_conversation(
        session,
        caller=caller,
        conversation_id=conversation_id,
        state=None,
        assignee_id="keep" if stays else None,
        team_id=team_id,
        now=now,
        new_id=new_id,
    )
