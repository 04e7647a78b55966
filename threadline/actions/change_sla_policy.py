"""Make, change, order and delete service levels. The clocks of those who wait are counted again by a worker."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.filter import Group
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.sla import MOST_POLICIES, Policy, Target, check_policy
from threadline.store import sla_policies
from threadline.store.filters import load_fields, load_fields_for
from threadline.store.session import Session


class PolicyChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays; a target that is None is promised no more."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    filter: Group | msgspec.UnsetType = msgspec.UNSET
    first_reply: Target | msgspec.UnsetType | None = msgspec.UNSET
    next_reply: Target | msgspec.UnsetType | None = msgspec.UNSET
    resolution: Target | msgspec.UnsetType | None = msgspec.UNSET


async def create_sla_policy(session: Session, *, caller: Caller, policy: Policy, now: datetime, new_id: NewId) -> None:
    """It comes last. Raises Invalid, Conflict (the name is taken, or there are as many as a list bears)."""
    check_policy(policy, fields=await load_fields_for(session, caller))
    if len(await sla_policies.list_policies(session)) >= MOST_POLICIES:
        raise Conflict(
            f"There are {MOST_POLICIES} service levels already. Please delete some that nobody needs.",
            reason="too_many_sla_policies",
            values={"limit": str(MOST_POLICIES)},
        )
    await sla_policies.save_policy(session, policy)
    _record(session, caller, policy.id, now, new_id)


async def change_sla_policy(
    session: Session, *, caller: Caller, policy_id: UUID, change: PolicyChange, now: datetime, new_id: NewId
) -> Policy:
    """The service level as it is now. Raises NotFound, Invalid, Conflict (the name is taken)."""
    before = await sla_policies.get_policy(session, policy_id, is_locked=True)
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not msgspec.UNSET}
    policy = msgspec.structs.replace(before, **given)
    fields = await (load_fields_for(session, caller) if "filter" in given else load_fields(session))
    check_policy(policy, fields=fields)
    await sla_policies.save_policy(session, policy)
    _record(session, caller, policy_id, now, new_id)
    return policy


async def order_sla_policies(
    session: Session, *, caller: Caller, policy_ids: Sequence[UUID], now: datetime, new_id: NewId
) -> None:
    """The first that matches wins. Raises Invalid unless each of them is named once."""
    known = {one.id for one in await sla_policies.list_policies(session)}
    if len(policy_ids) != len(known) or set(policy_ids) != known:
        raise Invalid(
            "The list of service levels has changed meanwhile. Please look at it again.",
            field="policy_ids",
            reason="sla_policies_changed",
        )
    await sla_policies.order_policies(session, policy_ids)
    _record(session, caller, None, now, new_id)


async def delete_sla_policy(session: Session, *, caller: Caller, policy_id: UUID, now: datetime, new_id: NewId) -> None:
    """What it promised is promised no more, or by the next one that matches. Raises NotFound."""
    await sla_policies.delete_policy(session, policy_id)
    _record(session, caller, policy_id, now, new_id)


def _record(session: Session, caller: Caller, policy_id: UUID | None, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.SLA_POLICY_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={} if policy_id is None else {"policy_id": str(policy_id)},
        )
    )
