"""Edit one of many contacts as an order says, and take it back: each thing by the verb that does it to one.

What was changed is given back except where somebody changed it since; that is told, and what can be restored is.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from threadline.actions.change_contact import change_contact
from threadline.actions.contact_event import contact_event
from threadline.actions.guard_contact import block_contact, mute_contact, opt_out_contact
from threadline.actions.label_contact import label_contact
from threadline.actions.undo_change import undo_change
from threadline.channels.registry import channel_type
from threadline.core.bulk import BulkContacts, Refusal
from threadline.core.contact_table import given_back
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, Forbidden, ThreadlineError
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.core.undo import Standing
from threadline.store import contact_batches, contacts
from threadline.store.contact_batches import State
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.standings import read_standing

CHANGED_SINCE: Final = Refusal(
    reason="changed_since", title="Somebody changed this since. What they changed stays as it is."
)


def check_may_edit(caller: Caller | None) -> Caller:
    """Whoever gave the order may still do to one, and to many, what it says. Raises Forbidden."""
    if caller is None or not (caller.may(Permission.CONTACTS_CHANGE) and caller.may(Permission.CONTACTS_IMPORT)):
        raise Forbidden("Your role does not allow this. Ask an admin of the workspace.")
    return caller


async def edit_contact(
    session: Session, *, caller: Caller, contact_id: UUID, order: BulkContacts, now: datetime, new_id: NewId
) -> tuple[State, State]:
    """How the contact stood before and after. Raises what the verbs raise: NotFound, Invalid, Forbidden, Conflict."""
    await contacts.check_sees_contact(session, caller, contact_id)
    before = await _state(session, contact_id)
    closed = await _guard(session, caller, contact_id, order, before, now, new_id)
    facts: dict[str, str | bool] = {}
    if order.is_vip is not None and before["is_vip"] is not order.is_vip:
        facts["is_vip"] = order.is_vip
    if order.locale is not None and before["locale"] != order.locale:
        facts["locale"] = order.locale
    if order.country is not None and before["country"] != order.country:
        facts["country"] = order.country
    await change_contact(
        session,
        caller=caller,
        contact_id=contact_id,
        facts=facts,
        fields=order.fields,
        company_id="keep" if order.company_id is msgspec.UNSET else order.company_id,
        owner_id="keep" if order.owner_id is msgspec.UNSET else order.owner_id,
        now=now,
        new_id=new_id,
    )
    if order.add_labels or order.remove_labels:
        await label_contact(
            session,
            caller=caller,
            contact_id=contact_id,
            add=order.add_labels,
            remove=order.remove_labels,
            now=now,
            new_id=new_id,
        )
    after = await _state(session, contact_id)
    return ({**before, _CLOSED: closed} if closed else before), after


_CLOSED: Final = "closed"
"""Conversations that a block ended: how each stood before and after."""


async def _state(session: Session, contact_id: UUID) -> State:
    return (await contact_batches.read_states(session, [contact_id]))[contact_id]


async def _guard(
    session: Session,
    caller: Caller,
    contact_id: UUID,
    order: BulkContacts,
    before: State,
    now: datetime,
    new_id: NewId,
) -> dict[str, tuple[Standing, Standing]]:
    """What is so already stays as it is, with its time. Returns the conversations that a block ends."""
    if order.is_muted is not None and order.is_muted is not _is_set(before, "muted_at"):
        await mute_contact(
            session, caller=caller, contact_id=contact_id, is_muted=order.is_muted, now=now, new_id=new_id
        )
    if order.is_opted_out is not None:
        await _opt(session, caller, contact_id, order, before, now, new_id)
    if order.is_blocked is None or order.is_blocked is _is_set(before, "blocked_at"):
        return {}
    ended = await contacts.unresolved_of_contact(session, contact_id) if order.is_blocked else []
    stood = {one: await _standing(session, one) for one in ended}
    await _block(session, caller, contact_id, order.is_blocked, now, new_id)
    return {str(one): (standing, await _standing(session, one)) for one, standing in stood.items()}


async def _opt(
    session: Session,
    caller: Caller,
    contact_id: UUID,
    order: BulkContacts,
    before: State,
    now: datetime,
    new_id: NewId,
) -> None:
    """Who said by a stop word that they want nothing is not opted in among many, unless somebody says so plainly."""
    is_noted = _is_set(before, "opted_out_at")
    if order.is_opted_out:
        if is_noted:
            return
    else:
        said = await contacts.sources_of_refusal(session, contact_id)
        if "word" in said and not order.lifts_words:
            raise Conflict("This customer said by themselves that they want no messages.", reason="opted_out_by_word")
        if not is_noted and "word" not in said:
            if "provider" in said:
                raise Conflict(
                    "The provider says that this customer wants no messages. Only they can change that.",
                    reason="opted_out_by_provider",
                )
            return
    await opt_out_contact(
        session,
        caller=caller,
        contact_id=contact_id,
        is_opted_out=bool(order.is_opted_out),
        now=now,
        new_id=new_id,
    )


async def _block(
    session: Session, caller: Caller, contact_id: UUID, is_blocked: bool, now: datetime, new_id: NewId
) -> None:
    await block_contact(
        session,
        caller=caller,
        contact_id=contact_id,
        is_blocked=is_blocked,
        now=now,
        new_id=new_id,
        find_type=channel_type,
    )


async def _standing(session: Session, conversation_id: UUID) -> Standing:
    """Under its lock. Who has it is not a block's affair."""
    found = await read_standing(session, conversation_id)
    return Standing(
        state=ConversationState(found.state),
        snoozed_until=found.snoozed_until,
        assignee_id=None,
        team_id=None,
        stage_id=found.stage_id,
    )


async def give_back_contact(
    session: Session,
    *,
    caller: Caller,
    contact_id: UUID,
    before: State,
    after: State,
    now: datetime,
    new_id: NewId,
) -> bool:
    """Everything that the edit changed is as before, except what somebody changed since: then False.

    Raises NotFound if the caller does not see the contact (any more).
    """
    await contacts.check_sees_contact(session, caller, contact_id)
    closed = msgspec.convert(before.get(_CLOSED) or {}, dict[UUID, tuple[Standing, Standing]])
    was = {name: value for name, value in before.items() if name != _CLOSED}
    back = given_back(was, after, await _state(session, contact_id))
    changed = {name for name in {*was, *after} if was.get(name) != after.get(name)} - {"labels"}
    is_whole = changed <= back.keys()
    await _give_back_guards(session, caller, contact_id, back, now, new_id)
    await contact_batches.restore(session, contact_id, was, after, back)
    if "blocked_at" in back:
        for conversation_id, (stood, left) in closed.items():
            is_whole &= await _reopen(session, caller, conversation_id, stood, left, now, new_id)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))
    return is_whole


async def _give_back_guards(
    session: Session, caller: Caller, contact_id: UUID, back: Mapping[str, object], now: datetime, new_id: NewId
) -> None:
    if "muted_at" in back:
        await contacts.set_muted(session, contact_id, since=_moment(back["muted_at"]))
    if "opted_out_at" in back:
        await contacts.note_opt_out(session, contact_id, since=_moment(back["opted_out_at"]))
    if "consents" in back:
        await contacts.restore_consents(session, contact_id, back["consents"])
    if "blocked_at" in back:
        since = _moment(back["blocked_at"])
        await _block(session, caller, contact_id, since is not None, now, new_id)
        await contacts.set_blocked(session, contact_id, since=since)


async def _reopen(
    session: Session,
    caller: Caller,
    conversation_id: UUID,
    before: Standing,
    after: Standing,
    now: datetime,
    new_id: NewId,
) -> bool:
    """False where it goes on differently by now: reopened by somebody, or another one is open in its place."""
    try:
        async with savepoint(session):
            undone = await undo_change(
                session,
                caller=caller,
                conversation_id=conversation_id,
                before=before,
                after=after,
                now=now,
                new_id=new_id,
            )
    except ThreadlineError:
        return False
    return not undone.kept


def _is_set(state: State, name: str) -> bool:
    return state.get(name) is not None


def _moment(value: object) -> datetime | None:
    return msgspec.convert(value, datetime | None)
