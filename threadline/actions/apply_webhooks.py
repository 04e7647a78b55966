"""The part of a configuration file that names webhooks. May be repeated."""

from datetime import datetime

import msgspec

from threadline.actions.change_webhook import MayCall, WebhookChange, change_webhook, create_webhook
from threadline.core.events import EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.webhook import OFFERED, webhook_key
from threadline.infra.secrets import Keyring
from threadline.store.session import Session
from threadline.store.webhooks import list_webhooks


class WebhookEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    url: str
    kinds: tuple[EventKind, ...] = ()
    """Of which events it is told. None: rules may call it."""
    has_content: bool = False
    is_on: bool = True


async def apply_webhook(
    session: Session,
    entry: WebhookEntry,
    *,
    caller: Caller,
    keyring: Keyring,
    may_call: MayCall,
    now: datetime,
    new_id: NewId,
) -> tuple[str, str]:
    """Found by its name. What became of it, and of a new one its secret, which is shown once.

    Raises Invalid for an address that nobody may have called.
    """
    found = next(
        (one for one in await list_webhooks(session) if webhook_key(one.name) == webhook_key(entry.name)), None
    )
    change = WebhookChange(
        name=entry.name, url=entry.url, kinds=entry.kinds, has_content=entry.has_content, is_on=entry.is_on
    )
    if found is None:
        _, secret = await create_webhook(
            session, keyring, caller=caller, change=change, may_call=may_call, now=now, new_id=new_id
        )
        return "created", secret
    kinds = [kind for kind in OFFERED if kind in entry.kinds]
    is_same = (found.name, found.url, found.kinds, found.has_content, found.is_on) == (
        entry.name,
        entry.url,
        kinds,
        entry.has_content,
        entry.is_on,
    )
    if is_same and len(kinds) == len(set(entry.kinds)):
        return "unchanged", ""
    await change_webhook(
        session, caller=caller, webhook_id=found.id, change=change, may_call=may_call, now=now, new_id=new_id
    )
    return "changed", ""
