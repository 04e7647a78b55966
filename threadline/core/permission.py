"""Who may do what, and who may see which conversations. Roles are sets of permissions; nobody asks a role by its name.

A permission is a resource and a verb (`conversations:read`); the scopes of an API token are permissions too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from threadline.core.errors import Forbidden, NotSignedIn
from threadline.core.message import Author, AuthorKind


class Permission(StrEnum):
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_CHANGE = "conversations:change"
    CONVERSATIONS_ASSIGN = "conversations:assign"
    """Give a conversation to somebody else; taking one oneself needs only `conversations:change`."""
    MESSAGES_SEND = "messages:send"
    ANSWERS_REVIEW = "answers:review"
    """Review answers for which nobody was named; who is asked by name needs only `messages:send`."""
    CONTACTS_CHANGE = "contacts:change"
    LABELS_MANAGE = "labels:manage"
    """Make, change and delete labels; putting them on needs only what changes a conversation or contact."""
    FIELDS_MANAGE = "fields:manage"
    """Make, change and delete fields of one's own; filling them in needs only what changes what they are of."""
    CONTACTS_IMPORT = "contacts:import"
    """Read in tables of contacts, and edit many at once."""
    CONTACTS_EXPORT = "contacts:export"
    FILES_UPLOAD = "files:upload"
    PRACTICE_USE = "practice:use"
    AGENTS_READ = "agents:read"
    AGENTS_MANAGE = "agents:manage"
    TEAMS_MANAGE = "teams:manage"
    """Make, change and delete teams. Who is in one may see its conversations, so it is as much as giving rights."""
    CHANNELS_READ = "channels:read"
    CHANNELS_MANAGE = "channels:manage"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_SYNC = "templates:sync"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_REPLAY = "deliveries:replay"
    SAVED_REPLIES_MANAGE = "saved_replies:manage"
    """Change those of the workspace; one's own need only `messages:send`."""
    VIEWS_MANAGE = "views:manage"
    """Change saved views that others see; one's own need only `conversations:change`."""
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
    Permission.ANSWERS_REVIEW,
    Permission.CONVERSATIONS_ASSIGN,
    Permission.LABELS_MANAGE,
    Permission.FIELDS_MANAGE,
    Permission.CONTACTS_IMPORT,
    Permission.CONTACTS_EXPORT,
    Permission.TEMPLATES_SYNC,
    Permission.SAVED_REPLIES_MANAGE,
    Permission.VIEWS_MANAGE,
    Permission.DELIVERIES_READ,
    Permission.SENDING_PAUSE,
}
_ADMIN = frozenset(Permission)

ROLES: dict[RoleName, frozenset[Permission]] = {
    RoleName.ADMIN: _ADMIN,
    RoleName.SUPERVISOR: _SUPERVISOR,
    RoleName.AGENT: _AGENT,
}


Sees = Literal["all", "team", "assigned"]
"""Every conversation; one's own and one's teams'; one's own."""

_WIDTH: Final[dict[Sees, int]] = {"assigned": 0, "team": 1, "all": 2}


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which conversations somebody sees: the one predicate behind lists, counts, messages, files and frames (S5)."""

    channel_ids: frozenset[UUID] | None = None
    """None: every channel of the workspace."""
    only_assigned_to: UUID | None = None
    """An agent who sees only what is assigned to them, and what their teams have."""
    team_ids: frozenset[UUID] | None = None
    """The teams of an agent who sees what these have; None: an agent who sees only their own."""

    @property
    def is_whole(self) -> bool:
        return self.channel_ids is None and self.only_assigned_to is None

    def has_channel(self, channel_id: UUID) -> bool:
        return self.channel_ids is None or channel_id in self.channel_ids

    @property
    def sees(self) -> Sees:
        if self.only_assigned_to is None:
            return "all"
        return "assigned" if self.team_ids is None else "team"

    def shows(
        self,
        *,
        channel_id: UUID,
        assignee_id: UUID | None,
        team_id: UUID | None,
        invited_ids: frozenset[UUID] = frozenset(),
    ) -> bool:
        """True if a conversation on this channel, assigned so, is seen. `invited_ids`: whom a colleague asked in."""
        return self.has_channel(channel_id) and self._has_handling(assignee_id, team_id, invited_ids)

    def _has_handling(self, assignee_id: UUID | None, team_id: UUID | None, invited_ids: frozenset[UUID]) -> bool:
        if self.only_assigned_to in (None, assignee_id) or self.only_assigned_to in invited_ids:
            return True
        return team_id is not None and self.team_ids is not None and team_id in self.team_ids

    def covers(self, channel_ids: Iterable[UUID] | None, *, sees: Sees) -> bool:
        """True if this sight is at least as wide as the other: nobody grants more than they hold (S7)."""
        if _WIDTH[sees] > _WIDTH[self.sees]:
            return False
        return self.channel_ids is None or (channel_ids is not None and self.channel_ids.issuperset(channel_ids))


def visibility_of(
    sees: Sees, *, agent_id: UUID, team_ids: Iterable[UUID], channel_ids: Iterable[UUID] | None
) -> Visibility:
    """What an agent's row says → what they see."""
    return Visibility(
        channel_ids=None if channel_ids is None else frozenset(channel_ids),
        only_assigned_to=None if sees == "all" else agent_id,
        team_ids=frozenset(team_ids) if sees == "team" else None,
    )


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
    team_ids: frozenset[UUID] = frozenset()
    """The agent's teams, whatever they see."""
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


def may_read_discussion(caller: Caller, *, is_in_it: bool) -> bool:
    """A discussion is read by those in it, and by those who may read what is recorded of everybody."""
    return is_in_it or caller.may(Permission.AUDIT_READ)


def check_may_grant(caller: Caller, role: RoleName, *, sees: Sees, channel_ids: Iterable[UUID] | None) -> None:
    """Raises Forbidden if the caller would give away more than they hold: rights or sight (S7)."""
    if not ROLES[role] <= caller.permissions or not caller.visibility.covers(channel_ids, sees=sees):
        raise Forbidden("You can only give roles and channels that you have yourself.", reason="give_what_you_have")


def check_scopes(caller: Caller, scopes: Iterable[Permission], channel_ids: Iterable[UUID] | None) -> None:
    """Raises Forbidden if a token would be stronger than the one who makes it (S22)."""
    sees = caller.visibility.sees
    if not caller.permissions.issuperset(scopes) or not caller.visibility.covers(channel_ids, sees=sees):
        raise Forbidden(
            "A token cannot have rights or channels that you do not have yourself.", reason="token_too_strong"
        )
