"""Who may do what, and who may see which conversations. Roles are sets of permissions; nobody asks a role by its name.

A permission is a resource and a verb (`conversations:read`); the scopes of an API token are permissions too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID

import msgspec

from threadline.core.errors import Forbidden, NotSignedIn
from threadline.core.label import label_key
from threadline.core.message import Author, AuthorKind
from threadline.core.personal import Clearance


class Permission(StrEnum):
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_CHANGE = "conversations:change"
    CONVERSATIONS_ASSIGN = "conversations:assign"
    """Give a conversation to somebody else; taking one oneself needs only `conversations:change`."""
    MESSAGES_SEND = "messages:send"
    SPOKEN_TEXTS_WRITE = "spoken_texts:write"
    """Write down what is said in a voice message: all that a program needs that recognises speech."""
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
    MACROS_MANAGE = "macros:manage"
    """Change macros that others have; one's own need only `conversations:change`."""
    RULES_MANAGE = "rules:manage"
    """Make, change and delete automation rules, and read what they did. The desk acts by them with every right."""
    VIEWS_MANAGE = "views:manage"
    """Change saved views that others see; one's own need only `conversations:change`."""
    WORKSPACE_READ = "workspace:read"
    WORKSPACE_CHANGE = "workspace:change"
    SENDING_PAUSE = "sending:pause"
    ADDRESSES_READ = "addresses:read"
    """See the numbers and e-mail addresses of contacts whole; without it they are masked."""
    ADDRESSES_READ_IN_MESSAGES = "addresses:read_in_messages"
    """See those whole, too, that somebody wrote in a message."""
    ADDRESSES_REVEAL = "addresses:reveal"
    """Look at those of one contact, which the record of events keeps."""
    MESSAGES_READ_EARLIER = "messages:read_earlier"
    """See what stood in a message before it was edited or deleted."""
    DEADLINES_WATCH = "deadlines:watch"
    """Is told before any customer waits longer than was promised, whoever answers them."""
    LIVE_READ = "live:read"
    """See the live screen: every queue that one sees, and how each agent stands."""
    ROTA_MANAGE = "rota:manage"
    """Plan who works when, and decide what others ask for; one's own shifts everybody sees and may ask to change."""
    TOKENS_MANAGE = "tokens:manage"
    WEBHOOKS_MANAGE = "webhooks:manage"
    """Say which programs outside are told what happens here, and read what they answered."""
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
        Permission.SPOKEN_TEXTS_WRITE,
        Permission.CONTACTS_CHANGE,
        Permission.FILES_UPLOAD,
        Permission.PRACTICE_USE,
        Permission.AGENTS_READ,
        Permission.CHANNELS_READ,
        Permission.TEMPLATES_READ,
        Permission.WORKSPACE_READ,
        Permission.ADDRESSES_READ,
        Permission.ADDRESSES_READ_IN_MESSAGES,
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
    Permission.MACROS_MANAGE,
    Permission.RULES_MANAGE,
    Permission.VIEWS_MANAGE,
    Permission.DELIVERIES_READ,
    Permission.SENDING_PAUSE,
    Permission.ADDRESSES_REVEAL,
    Permission.MESSAGES_READ_EARLIER,
    Permission.DEADLINES_WATCH,
    Permission.LIVE_READ,
    Permission.ROTA_MANAGE,
}
_ADMIN = frozenset(Permission)

ROLES: dict[RoleName, frozenset[Permission]] = {
    RoleName.ADMIN: _ADMIN,
    RoleName.SUPERVISOR: _SUPERVISOR,
    RoleName.AGENT: _AGENT,
}

MOST_ROLES: Final = 50
"""Of a workspace's own: a menu shows all of them."""


def role_key(name: str) -> str:
    """Names with the same key are the same name to a person."""
    return label_key(name)


def readable_permissions(names: Iterable[str]) -> frozenset[Permission]:
    """Of kept names of permissions those that this program knows: what another version gave, gives nothing here."""
    return frozenset(Permission(name) for name in names if name in _KNOWN)


_KNOWN: Final = frozenset(permission.value for permission in Permission)

Masks = Literal["nothing", "addresses", "messages"]
"""Nothing; the numbers and e-mail addresses of contacts; those that stand in messages, too."""


class RoleSight(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace shows a role of what is personal."""

    masks: Masks = "nothing"
    may_reveal: bool = False
    """May look at those of one contact, which is recorded."""
    sees_earlier: bool = False
    """Sees what stood in messages before they were edited or deleted."""


class RoleSights(msgspec.Struct, frozen=True, kw_only=True):
    admin: RoleSight = RoleSight(may_reveal=True, sees_earlier=True)
    supervisor: RoleSight = RoleSight(may_reveal=True, sees_earlier=True)
    agent: RoleSight = RoleSight()


SightsChange = Mapping[str, Mapping[str, str | bool]]
"""Role → what changes of its sight, by the names of `RoleSight`."""


def changed_sights(sights: RoleSights, change: SightsChange) -> RoleSights:
    """What is not named stays."""
    changed = {role: msgspec.structs.replace(getattr(sights, role), **dict(facts)) for role, facts in change.items()}
    return msgspec.structs.replace(sights, **changed)


_OF_SIGHT: Final = frozenset(
    {
        Permission.ADDRESSES_READ,
        Permission.ADDRESSES_READ_IN_MESSAGES,
        Permission.ADDRESSES_REVEAL,
        Permission.MESSAGES_READ_EARLIER,
    }
)
"""What a workspace decides for the roles that are built in; what else these may do is the same everywhere."""


@lru_cache(maxsize=100)
def permissions_of(role: RoleName, sight: RoleSight) -> frozenset[Permission]:
    """What a role may do in a workspace that shows it this much."""
    given = {
        Permission.ADDRESSES_READ: sight.masks == "nothing",
        Permission.ADDRESSES_READ_IN_MESSAGES: sight.masks != "messages",
        Permission.ADDRESSES_REVEAL: sight.may_reveal,
        Permission.MESSAGES_READ_EARLIER: sight.sees_earlier,
    }
    return (ROLES[role] - _OF_SIGHT) | {permission for permission, is_given in given.items() if is_given}


@lru_cache(maxsize=1_000)
def clearance_of(permissions: frozenset[Permission]) -> Clearance:
    """How much of what is personal these rights show. Who sees addresses sees those in messages, too."""
    sees_addresses = Permission.ADDRESSES_READ in permissions
    return Clearance(
        sees_addresses=sees_addresses,
        sees_written=sees_addresses or Permission.ADDRESSES_READ_IN_MESSAGES in permissions,
        sees_earlier=Permission.MESSAGES_READ_EARLIER in permissions,
    )


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
    rule_id: UUID | None = None
    """The desk by itself, by this rule."""
    bot_name: str = ""
    """Of a bot, which writes in its own name; its token is its id. Empty: it is none."""

    @property
    def actor_id(self) -> UUID:
        """Who is named as the cause in events and keys of requests: the agent, else the token, else the rule."""
        actor = self.agent_id or self.token_id or self.rule_id
        if actor is None:
            raise NotSignedIn("Please sign in.")
        return actor

    @property
    def is_bot(self) -> bool:
        return self.bot_name != ""

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def clearance(self) -> Clearance:
        return clearance_of(self.permissions)


def author_of(caller: Caller) -> Author:
    """An agent and a bot write in their names, any other token without an agent is a program, a rule the desk.

    Raises Forbidden if none of them calls.
    """
    if caller.agent_id is not None:
        return Author(AuthorKind.AGENT, caller.agent_id)
    if caller.rule_id is not None:
        return Author(AuthorKind.SYSTEM, caller.rule_id)
    if caller.token_id is None:
        raise Forbidden("Nobody may write without a name.")
    return Author(AuthorKind.FLOW, caller.token_id) if caller.is_bot else Author(AuthorKind.SYSTEM, None)


def check_may(caller: Caller, permission: Permission) -> None:
    """Raises Forbidden if the caller lacks the permission."""
    if permission not in caller.permissions:
        raise Forbidden("Your role does not allow this. Ask an admin of the workspace.")


def may_read_discussion(caller: Caller, *, is_in_it: bool) -> bool:
    """A discussion is read by those in it, and by those who may read what is recorded of everybody."""
    return is_in_it or caller.may(Permission.AUDIT_READ)


def check_may_grant(
    caller: Caller, rights: frozenset[Permission], *, sees: Sees, channel_ids: Iterable[UUID] | None
) -> None:
    """Raises Forbidden if the caller would give away more than they hold: the rights of a role, or sight (S7).

    What roles see of what is personal is decided by those who change the workspace: they may mask it from themselves.
    """
    check_may_give(caller, rights)
    if not caller.visibility.covers(channel_ids, sees=sees):
        raise _gives_too_much()


def check_may_give(caller: Caller, rights: frozenset[Permission]) -> None:
    """Raises Forbidden if the caller lacks one of these rights, those apart that they decide for everybody (S7)."""
    given = rights - _OF_SIGHT if caller.may(Permission.WORKSPACE_CHANGE) else rights
    if not given <= caller.permissions:
        raise _gives_too_much()


def _gives_too_much() -> Forbidden:
    return Forbidden("You can only give roles and channels that you have yourself.", reason="give_what_you_have")


def check_scopes(caller: Caller, scopes: Iterable[Permission], channel_ids: Iterable[UUID] | None) -> None:
    """Raises Forbidden if a token would be stronger than the one who makes it (S22)."""
    sees = caller.visibility.sees
    if not caller.permissions.issuperset(scopes) or not caller.visibility.covers(channel_ids, sees=sees):
        raise Forbidden(
            "A token cannot have rights or channels that you do not have yourself.", reason="token_too_strong"
        )
