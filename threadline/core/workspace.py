"""What a workspace decides for all who work in it."""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import msgspec

from threadline.core.automatic_reply import Manners
from threadline.core.permission import (
    Permission,
    RoleName,
    RoleSight,
    RoleSights,
    permissions_of,
    readable_permissions,
)
from threadline.core.routing import RoutingSettings


class WorkspaceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Kept as one document: what is absent has its default, what is unknown belongs to another release."""

    first_reply_assigns: bool = True
    """Who answers a conversation that nobody has takes it."""
    resolving_needs_label: bool = False
    """A conversation needs a label before it is resolved; a team may want that for its own alone."""
    resolving_needs_fields: tuple[UUID, ...] = ()
    """Fields of conversations and contacts, filled in before a conversation is resolved; a team may want more."""
    vip_priority: int = 2
    """Conversations of important customers press at least so much (core/vip.py); nought: as any other."""
    vip_team_id: UUID | None = None
    vip_assignee_id: UUID | None = None
    """Who gets those that nobody has."""
    quiet_thanks: bool = True
    """A thanks or an emoji within a day of the end reopens nothing (core/thanks.py)."""
    sights: RoleSights = RoleSights()
    """What each role sees of numbers, e-mail addresses and earlier texts."""
    notifies_with_text: bool = False
    """Push messages and e-mails to agents may carry what customers write."""
    reopening_price: float = 1.0
    """What it costs to reopen a window, by the measure of priority (core/triage.py)."""
    automatic: Manners = Manners()
    """When greetings and away messages are said, and when rather not (core/automatic_reply.py)."""
    window_reminder_min: int = 60
    """So many minutes before the window of a waiting customer closes, somebody is reminded. Nought: nobody is."""
    reply_target_min: int = 4
    """Within so many minutes a customer should have an answer; rows show its last half. Nought: none is shown."""
    routing: RoutingSettings = RoutingSettings()
    """How conversations find somebody."""
    away_after_min: int = 15
    """An agent who touches nothing for so long is asked, then away. Nought: never."""
    repeat_customers: int = 10
    """An agent who sent one text to so many customers is warned before the next one gets it. Nought: never."""
    repeat_minutes: int = 10
    """Within so many minutes."""
    vanished_after_min: int = 30
    """An agent who had a desk open, and has none for so long, is away. Nought: never."""
    absent_after_min: int = 10
    """Who is offline for so long without finishing their shift is shown to supervisors with their chats.
    Nought: nobody is."""


def decode_settings(document: str) -> WorkspaceSettings:
    """The defaults for a document that cannot be read: a value of another release must not stop an answer."""
    try:
        return msgspec.json.decode(document, type=WorkspaceSettings)
    except msgspec.ValidationError:
        return WorkspaceSettings()


def permissions_of_agent(role: str, *, own_rights: Sequence[str] | None, sights: str | None) -> frozenset[Permission]:
    """What an agent's row, the rights of their own role (None: a built-in one) and the kept sights come to."""
    if own_rights is not None:
        return readable_permissions(own_rights)
    return permissions_of(RoleName(role), decode_sight(sights, role))


@lru_cache(maxsize=1_000)
def decode_sight(document: str | None, role: str) -> RoleSight:
    """What a role sees, of the part of the settings that says so. Of one that cannot be read: as little as there is.

    Asked with every request, so it is kept; what cannot be read must not show what somebody hid.
    """
    try:
        sights = msgspec.json.decode(document or "{}", type=RoleSights)
    except msgspec.ValidationError:
        return RoleSight(masks="messages")
    return getattr(sights, role)
