"""Make, change and delete webhooks, and change their secrets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from threadline.actions.webhook_secrets import new_secret, open_secrets, seal_secrets
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.webhook import (
    LONGEST_OVERLAP,
    LONGEST_URL,
    MOST_WEBHOOKS,
    OFFERED,
    check_kinds,
    secret_text,
    webhook_key,
)
from threadline.infra.secrets import Keyring
from threadline.store import webhooks
from threadline.store.session import Session
from threadline.store.webhooks import Webhook, WebhookFacts

MayCall = Callable[[str], bool]
"""Whether anybody may have this address called (infra/http.py): https of the open Internet, or what the owner of the
installation named."""


@dataclass(frozen=True, slots=True)
class WebhookChange:
    """What is None stays."""

    name: str | None = None
    url: str | None = None
    kinds: Sequence[EventKind] | None = None
    has_content: bool | None = None
    is_on: bool | None = None


async def create_webhook(
    session: Session,
    keyring: Keyring,
    *,
    caller: Caller,
    change: WebhookChange,
    may_call: MayCall,
    now: datetime,
    new_id: NewId,
) -> tuple[UUID, str]:
    """The webhook, and its secret as its receiver needs it: shown once.

    Raises Forbidden (more than the caller sees), Conflict (the name is taken, too many), Invalid.
    """
    _check_sight(caller)
    await _check_room(session)
    facts = _facts(None, change, caller, may_call)
    webhook_id, secret = new_id(), new_secret()
    sealed = seal_secrets(keyring, webhook_id, [secret])
    await webhooks.insert_webhook(session, webhook_id=webhook_id, facts=facts, secrets=sealed, now=now)
    _record(session, caller, webhook_id, now, new_id)
    return webhook_id, secret_text(secret)


async def change_webhook(
    session: Session,
    *,
    caller: Caller,
    webhook_id: UUID,
    change: WebhookChange,
    may_call: MayCall,
    now: datetime,
    new_id: NewId,
) -> None:
    """What waits for it goes to the new address. Raises NotFound, Forbidden, Conflict, Invalid."""
    _check_sight(caller)
    before = await webhooks.get_webhook(session, webhook_id, is_locked=True)
    await webhooks.update_webhook(session, webhook_id, _facts(before, change, caller, may_call))
    _record(session, caller, webhook_id, now, new_id)


async def _check_room(session: Session) -> None:
    if len(await webhooks.list_webhooks(session)) >= MOST_WEBHOOKS:
        raise Conflict(
            f"There are {MOST_WEBHOOKS} webhooks already. Please delete some that nobody needs.",
            reason="too_many_webhooks",
            values={"limit": str(MOST_WEBHOOKS)},
        )


def _check_sight(caller: Caller) -> None:
    """It is told of every conversation: whoever sees some of them makes none (S7)."""
    if not caller.visibility.is_whole:
        raise Forbidden("A webhook is told of all conversations, and you see only some.", reason="webhook_sight")


def _facts(before: Webhook | None, change: WebhookChange, caller: Caller, may_call: MayCall) -> WebhookFacts:
    name = change.name or ("" if before is None else before.name)
    url = change.url or ("" if before is None else before.url)
    has_content = _given(change.has_content, before is not None and before.has_content)
    if before is None or url != before.url:
        _check_url(url, may_call)
    # Whom numbers are masked from has nobody else told them. Taking it back is always allowed.
    gains = has_content and (before is None or not before.has_content or url != before.url)
    if gains and not caller.clearance.sees_addresses:
        raise Forbidden(
            "You do not see numbers yourself, so no webhook of yours is told them.", reason="webhook_content"
        )
    kinds = change.kinds if change.kinds is not None else () if before is None else before.kinds
    check_kinds(kinds)
    return WebhookFacts(
        name=name,
        name_key=webhook_key(name),
        url=url,
        kinds=[kind for kind in OFFERED if kind in kinds],
        has_content=has_content,
        is_on=_given(change.is_on, before is None or before.is_on),
    )


def _given(value: bool | None, otherwise: bool) -> bool:
    return otherwise if value is None else value


def _check_url(url: str, may_call: MayCall) -> None:
    if len(url) > LONGEST_URL or not may_call(url):
        raise Invalid(
            "Please enter an address of the Internet that begins with https://. Addresses of an internal network are"
            " for the owner of the installation to allow.",
            field="url",
            reason="webhook_url",
        )


async def rotate_secret(
    session: Session,
    keyring: Keyring,
    *,
    caller: Caller,
    webhook_id: UUID,
    overlap: timedelta,
    now: datetime,
    new_id: NewId,
) -> str:
    """A new secret, shown once. The one before signs too for so long; without an overlap, no longer.

    Raises NotFound, Forbidden.
    """
    assert timedelta(0) <= overlap <= LONGEST_OVERLAP
    _check_sight(caller)
    sealed = await webhooks.read_sealed_secrets(session, webhook_id)
    fresh = new_secret()
    values = [fresh, *(open_secrets(keyring, webhook_id, sealed, with_old=False) if overlap else [])]
    old_until = now + overlap if overlap else None
    await webhooks.replace_secrets(session, webhook_id, seal_secrets(keyring, webhook_id, values, old_until=old_until))
    _record(session, caller, webhook_id, now, new_id, is_secret_new=True)
    return secret_text(fresh)


async def delete_webhook(session: Session, *, caller: Caller, webhook_id: UUID, now: datetime, new_id: NewId) -> None:
    """Nothing is told it any more. Raises NotFound."""
    await webhooks.delete_webhook(session, webhook_id, now=now)
    _record(session, caller, webhook_id, now, new_id)


async def restore_webhook(session: Session, *, caller: Caller, webhook_id: UUID, now: datetime, new_id: NewId) -> None:
    """Take a deletion back, within a day: with its secret, and with what waited for it.

    Raises NotFound, Forbidden, Conflict.
    """
    _check_sight(caller)
    await _check_room(session)
    await webhooks.restore_webhook(session, webhook_id)
    _record(session, caller, webhook_id, now, new_id)


def _record(
    session: Session, caller: Caller, webhook_id: UUID, now: datetime, new_id: NewId, *, is_secret_new: bool = False
) -> None:
    data: dict[str, str | int | bool | None] = {"webhook_id": str(webhook_id)}
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.WEBHOOK_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data=data | ({"is_secret_new": True} if is_secret_new else {}),
        )
    )
