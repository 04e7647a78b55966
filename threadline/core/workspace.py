"""What a workspace decides for all who work in it."""

from uuid import UUID

import msgspec


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
    notifies_with_text: bool = False
    """Push messages and e-mails to agents may carry what customers write."""
    reply_target_min: int = 4
    """Within so many minutes a customer should have an answer; rows show its last half. Nought: none is shown."""


def decode_settings(document: str) -> WorkspaceSettings:
    """The defaults for a document that cannot be read: a value of another release must not stop an answer."""
    try:
        return msgspec.json.decode(document, type=WorkspaceSettings)
    except msgspec.ValidationError:
        return WorkspaceSettings()
