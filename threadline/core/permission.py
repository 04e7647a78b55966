"""Who may do what, and who may see which conversations. Roles are sets of permissions; nobody asks a role by its name.

A permission is a resource and a verb (`conversations:read`); the scopes of an API token are permissions too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from threadline.core.errors import Forbidden, NotSignedIn
from threadline.core.message import Author, AuthorKind


class Permission(StrEnum):
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_CHANGE = "conversations:change"
    CONVERSATIONS_ASSIGN = "conversations:assign"
    """Give a conversation to somebody else; taking one oneself needs only `conversations:change`."""
    MESSAGES_SEND = "messages:send"
    CONTACTS_CHANGE = "contacts:change"
    LABELS_MANAGE = "labels:manage"
    """Make, change and delete labels; putting them on needs only what changes a conversation or contact."""
    FILES_UPLOAD = "files:upload"
    PRACTICE_USE = "practice:use"
    AGENTS_READ = "agents:read"
    AGENTS_MANAGE = "agents:manage"
    CHANNELS_READ = "channels:read"
    CHANNELS_MANAGE = "channels:manage"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_SYNC = "templates:sync"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_REPLAY = "deliveries:replay"
    SAVED_REPLIES_MANAGE = "saved_replies:manage"
    """Change those of the workspace; one's own need only `messages:send`."""
    WORKSPACE_READ = "workspace:read"
    WORKSPACE_CHANGE = "workspace:change"
    SENDING_PAUSE = "sending:pause"
    TOKENS_MANAGE = "tokens:manage"
    AUDIT_READ = "audit:read"


class RoleName(StrEnum):
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


_AGENT = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_CHANGE,
        Permission.MESSAGES_SEND,
        Permission.CONTACTS_CHANGE,
        Permission.FILES_UPLOAD,
        Permission.PRACTICE_USE,
        Permission.AGENTS_READ,
        Permission.CHANNELS_READ,
        Permission.TEMPLATES_READ,
        Permission.WORKSPACE_READ,
    }
)
_SUPERVISOR = _AGENT | {
    Permission.CONVERSATIONS_ASSIGN,
    Permission.LABELS_MANAGE,
    Permission.TEMPLATES_SYNC,
    Permission.SAVED_REPLIES_MANAGE,
    Permission.DELIVERIES_READ,
    Permission.SENDING_PAUSE,
}
_ADMIN = frozenset(Permission)

ROLES: dict[RoleName, frozenset[Permission]] = {
    RoleName.ADMIN: _ADMIN,
    RoleName.SUPERVISOR: _SUPERVISOR,
    RoleName.AGENT: _AGENT,
}


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which conversations somebody sees: the one predicate behind lists, counts, messages, files and frames (S5)."""

    channel_ids: frozenset[UUID] | None = None
    """None: every channel of the workspace."""
    only_assigned_to: UUID | None = None
    """An agent who sees only what is assigned to them."""

    @property
    def is_whole(self) -> bool:
        return self.channel_ids is None and self.only_assigned_to is None

    def has_channel(self, channel_id: UUID) -> bool:
        return self.channel_ids is None or channel_id in self.channel_ids

    def shows(self, *, channel_id: UUID, assignee_id: UUID | None) -> bool:
        """True if a conversation on this channel, assigned so, is seen."""
        return self.has_channel(channel_id) and self.only_assigned_to in (None, assignee_id)

    def covers(self, channel_ids: Iterable[UUID] | None, *, sees_all: bool) -> bool:
        """True if this sight is at least as wide as the other: nobody grants more than they hold (S7)."""
        if sees_all and self.only_assigned_to is not None:
            return False
        return self.channel_ids is None or (channel_ids is not None and self.channel_ids.issuperset(channel_ids))


def narrowed(first: Iterable[UUID] | None, second: Iterable[UUID] | None) -> frozenset[UUID] | None:
    """The channels that both limits allow; None means no limit."""
    if first is None:
        return None if second is None else frozenset(second)
    return frozenset(first) if second is None else frozenset(first) & frozenset(second)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever makes a request in one workspace: an agent by a session, or a token, with or without an agent behind."""

    workspace_id: UUID
    permissions: frozenset[Permission]
    visibility: Visibility = field(default_factory=Visibility)
    agent_id: UUID | None = None
    person_id: UUID | None = None
    token_id: UUID | None = None
    session_id: UUID | None = None

    @property
    def actor_id(self) -> UUID:
        """Who is named as the cause in events and keys of requests: the agent, else the token."""
        actor = self.agent_id or self.token_id
        if actor is None:
            raise NotSignedIn("Please sign in.")
        return actor

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


def author_of(caller: Caller) -> Author:
    """An agent writes in their name; a token without one is a program. Raises Forbidden for anybody else."""
    if caller.agent_id is not None:
        return Author(AuthorKind.AGENT, caller.agent_id)
    if caller.token_id is None:
        raise Forbidden("Nobody may write without a name.")
    return Author(AuthorKind.SYSTEM, None)


def check_may(caller: Caller, permission: Permission) -> None:
    """Raises Forbidden if the caller lacks the permission."""
    if permission not in caller.permissions:
        raise Forbidden("Your role does not allow this. Ask an admin of the workspace.")


def check_may_grant(caller: Caller, role: RoleName, *, sees_all: bool, channel_ids: Iterable[UUID] | None) -> None:
    """Raises Forbidden if the caller would give away more than they hold: rights or sight (S7)."""
    if not ROLES[role] <= caller.permissions or not caller.visibility.covers(channel_ids, sees_all=sees_all):
        raise Forbidden("You can only give roles and channels that you have yourself.", reason="give_what_you_have")


def check_scopes(caller: Caller, scopes: Iterable[Permission], channel_ids: Iterable[UUID] | None) -> None:
    """Raises Forbidden if a token would be stronger than the one who makes it (S22)."""
    sees_all = caller.visibility.only_assigned_to is None
    if not caller.permissions.issuperset(scopes) or not caller.visibility.covers(channel_ids, sees_all=sees_all):
        raise Forbidden(
            "A token cannot have rights or channels that you do not have yourself.", reason="token_too_strong"
        )
