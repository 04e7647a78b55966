"""Events: the one record that screens, audit, automation and reports read.

An event carries ids and states, never texts, names or numbers (design.md §6). It is numbered per workspace in the last
statement before the commit, so the number is the order of commits.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class EventKind(StrEnum):
    CONVERSATION_STARTED = "conversation_started"
    CONVERSATION_CHANGED = "conversation_changed"
    CONVERSATION_READ = "conversation_read"
    MESSAGE_RECEIVED = "message_received"
    MESSAGE_QUEUED = "message_queued"
    MESSAGE_STATUS_CHANGED = "message_status_changed"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    NOTE_ADDED = "note_added"
    MENTIONS_CHANGED = "mentions_changed"
    DRAFT_CHANGED = "draft_changed"
    SCHEDULED_CHANGED = "scheduled_changed"
    TASK_CHANGED = "task_changed"
    REVIEW_CHANGED = "review_changed"
    """Told to its author and to each of those who may decide; nobody else hears of it."""
    DISCUSSION_CHANGED = "discussion_changed"
    """Told to each of those in it apart; nobody else hears that there is one."""
    SPOKEN_TEXT_CHANGED = "spoken_text_changed"
    """What is said in a sound was written down, written anew or taken away."""
    TRANSCRIPT_MADE = "transcript_made"
    REACTION_CHANGED = "reaction_changed"
    CONTACT_CHANGED = "contact_changed"
    COMPANY_CHANGED = "company_changed"
    """A company was made, changed or deleted, or somebody came to it or left it."""
    ADDRESSES_REVEALED = "addresses_revealed"
    """Somebody looked at the numbers and e-mail addresses of a contact, which are masked from them."""
    CONTACTS_EXPORTED = "contacts_exported"
    """Somebody took a table of contacts away."""
    FILE_CHANGED = "file_changed"
    CHANNEL_CHANGED = "channel_changed"
    TEMPLATE_CHANGED = "template_changed"
    LABEL_CREATED = "label_created"
    LABEL_CHANGED = "label_changed"
    LABEL_DELETED = "label_deleted"
    PINS_CHANGED = "pins_changed"
    """What an agent keeps on top of their lists; told to them alone."""
    TEAM_CREATED = "team_created"
    TEAM_CHANGED = "team_changed"
    TEAM_DELETED = "team_deleted"
    SAVED_REPLY_CHANGED = "saved_reply_changed"
    MACRO_CHANGED = "macro_changed"
    MACRO_RUN = "macro_run"
    """Somebody ran a macro in a conversation, or took that back; what it did has events of its own."""
    RULE_CHANGED = "rule_changed"
    """An automation rule was made, changed, switched, moved or deleted, or the desk has stopped it."""
    RULE_RUN = "rule_run"
    """A rule was meant in a conversation: what it did has events of its own, why it did not its run keeps."""
    FIELD_CHANGED = "field_changed"
    """A field of one's own, or a segment, was made, changed or deleted."""
    SAVED_VIEW_CHANGED = "saved_view_changed"
    STAGE_CHANGED = "stage_changed"
    CALENDAR_CHANGED = "calendar_changed"
    """Business hours were made, changed or deleted."""
    AUTOMATIC_REPLY_CHANGED = "automatic_reply_changed"
    """A greeting or an away message was written, switched, or taken away in one place."""
    SLA_POLICY_CHANGED = "sla_policy_changed"
    """A service level was made, changed, moved or deleted."""
    DEADLINES_CHANGED = "deadlines_changed"
    """By when a waiting customer must have an answer is another time now; the row carries it."""
    DEADLINE_REACHED = "deadline_reached"
    """A warning is due, a promise was not kept, or a window is about to close."""
    AGENT_CHANGED = "agent_changed"
    ROUTING_CHANGED = "routing_changed"
    """How conversations find somebody was changed."""
    AVAILABILITY_CHANGED = "availability_changed"
    """An agent is online, busy or offline now."""
    DAY_FULL = "day_full"
    """An agent has answered as many customers, or sent as many messages, as are enough for a day. Once a day."""
    SHIFT_FINISHED = "shift_finished"
    """An agent went, and what they had was handed over, put off, kept or resolved; or that was taken back."""
    ROTA_CHANGED = "rota_changed"
    """A plan was written or deleted, or a day off, an extra shift or a swap was asked for, decided or withdrawn."""
    ROLE_CHANGED = "role_changed"
    """A role of the workspace's own was made, changed or deleted."""
    PREFERENCES_CHANGED = "preferences_changed"
    NOTIFICATIONS_CHANGED = "notifications_changed"
    WEBHOOK_CHANGED = "webhook_changed"
    """A webhook was made, changed, deleted or switched off; what it is told is no event."""
    WORKSPACE_CHANGED = "workspace_changed"
    ANSWER_DECIDED = "answer_decided"
    """An automatic reply that waited went out, or did not, and why."""
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    INVITATION_CREATED = "invitation_created"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_USED = "invitation_used"
    TOKEN_CREATED = "token_created"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    CHANNEL_CONNECTED = "channel_connected"
    CHANNEL_DISCONNECTED = "channel_disconnected"
    SENDING_PAUSED = "sending_paused"
    SENDING_RESUMED = "sending_resumed"
    DELIVERY_UNROUTABLE = "delivery_unroutable"
    ITEM_FAILED = "item_failed"
    ITEM_REPLAYED = "item_replayed"
    ITEM_DROPPED = "item_dropped"
    DEMO_REMOVED = "demo_removed"
    CONFIGURATION_APPLIED = "configuration_applied"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the feed before it has its number. `actor_id` is the agent or token that caused it, if any."""

    id: UUID
    workspace_id: UUID
    kind: EventKind
    at: datetime
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    contact_id: UUID | None = None
    channel_id: UUID | None = None
    agent_id: UUID | None = None
    actor_id: UUID | None = None
    data: dict[str, str | int | bool | None] = {}
    depth: int = 0
    """How many consequences led here; a bound on it stops loops."""
