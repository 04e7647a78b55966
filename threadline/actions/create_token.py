"""API tokens: made, shown once, withdrawn (S22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_scopes
from threadline.infra.opaque_tokens import hash_token, new_api_token
from threadline.store import tokens
from threadline.store.session import Session
from threadline.store.tokens import Token
from threadline.store.workspaces import channels_exist


@dataclass(frozen=True, slots=True)
class NewToken:
    token: Token
    text: str
    """The token itself: shown once, only its hash is kept."""


async def create_token(
    session: Session,
    *,
    caller: Caller,
    name: str,
    scopes: Sequence[Permission],
    channel_ids: Sequence[UUID] | None,
    expires_at: datetime | None,
    bot_name: str | None = None,
    now: datetime,
    new_id: NewId,
) -> NewToken:
    """A token that acts for the caller, never stronger than they are at the time of its use.

    `bot_name`: it is a bot's, which writes in this name.

    Raises Forbidden (more than the caller holds) and Invalid (an unknown channel, a time that is over).
    """
    channel_ids = _narrowed(caller, channel_ids)
    check_scopes(caller, scopes, channel_ids)
    if channel_ids is not None and not await channels_exist(session, channel_ids):
        raise Invalid("One of these channels does not exist.", field="channel_ids")
    if expires_at is not None and expires_at <= now:
        raise Invalid("This time is over already.", field="expires_at", reason="time_over")
    return await make_token(
        session,
        agent_id=caller.agent_id,
        name=name,
        scopes=scopes,
        channel_ids=channel_ids,
        expires_at=expires_at,
        bot_name=bot_name,
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )


async def make_token(
    session: Session,
    *,
    agent_id: UUID | None,
    name: str,
    scopes: Sequence[Permission],
    channel_ids: Sequence[UUID] | None,
    expires_at: datetime | None,
    bot_name: str | None = None,
    actor_id: UUID | None,
    now: datetime,
    new_id: NewId,
) -> NewToken:
    """Without a check of rights: for the command line. `agent_id` None makes a service's own token."""
    assert session.workspace_id is not None
    text = new_api_token()
    token = await tokens.insert_token(
        session,
        token_id=new_id(),
        agent_id=agent_id,
        name=name,
        token_hash=hash_token(text),
        last4=text[-4:],
        scopes=sorted({scope.value for scope in scopes}),
        channel_ids=channel_ids,
        created_by=actor_id,
        expires_at=expires_at,
        bot_name=bot_name,
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=session.workspace_id,
            kind=EventKind.TOKEN_CREATED,
            at=now,
            agent_id=agent_id,
            actor_id=actor_id,
            data={"token_id": str(token.id), "is_bot": bot_name is not None},
        )
    )
    return NewToken(token, text)


def _narrowed(caller: Caller, channel_ids: Sequence[UUID] | None) -> Sequence[UUID] | None:
    """Somebody limited to channels who names none means theirs."""
    if channel_ids is None and caller.visibility.channel_ids is not None:
        return sorted(caller.visibility.channel_ids)
    return channel_ids
