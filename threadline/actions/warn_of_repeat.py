"""Warn whoever is about to send one text to many customers; once they have accepted it, it goes out.

Asked where a person decides: when they send, forward or schedule. When the time of a scheduled message comes, nobody is
there to be asked. What goes out by itself, templates and programs are apart: they say the same to many by their nature,
and have limits of their own. Macros, orders for many and reviews show beforehand what they send: they ask nothing, and
what they sent counts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from threadline.core.content import Content
from threadline.core.errors import Conflict
from threadline.core.permission import Caller
from threadline.core.repeated_text import digest_of, text_of
from threadline.store.sent_texts import count_others, insert_sent_texts, read_contact_name
from threadline.store.session import Session
from threadline.store.workspaces import get_workspace


async def warn_of_repeat(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    contents: Sequence[Content],
    is_accepted: bool,
    now: datetime,
) -> list[str]:
    """The digests that `keep_sent_texts` counts once it is sent. The caller has accessed the conversation.

    Raises Conflict, `repeated_text`, if this agent sent a text of these to as many others as the workspace allows and
    has not accepted it.
    """
    if caller.agent_id is None or caller.token_id is not None:
        return []
    texts = [text for text in map(text_of, contents) if text]
    settings = (await get_workspace(session)).settings if texts else None
    if settings is None or settings.repeat_customers == 0:
        return []
    name = await read_contact_name(session, conversation_id)
    found = [digest_of(text, name=name, workspace_id=caller.workspace_id) for text in texts]
    digests = [digest for digest in found if digest is not None]
    since = now - timedelta(minutes=settings.repeat_minutes)
    for digest in () if is_accepted else digests:
        count = await count_others(
            session, agent_id=caller.agent_id, conversation_id=conversation_id, digest=digest, since=since
        )
        if count >= settings.repeat_customers:
            raise Conflict(
                f"You sent this text to {count} customers within {settings.repeat_minutes} min. Providers may take that"
                " for advertising.",
                reason="repeated_text",
                values={"count": str(count), "minutes": str(settings.repeat_minutes)},
            )
    return digests


async def count_sent_text(
    session: Session, *, caller: Caller, conversation_id: UUID, source_id: UUID, content: Content, now: datetime
) -> None:
    """Of what a person sent after they had seen it before them: it counts, and asks nothing."""
    digests = await warn_of_repeat(
        session, caller=caller, conversation_id=conversation_id, contents=[content], is_accepted=True, now=now
    )
    await keep_sent_texts(
        session, caller=caller, conversation_id=conversation_id, source_id=source_id, digests=digests, now=now
    )


async def keep_sent_texts(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    source_id: UUID,
    digests: Sequence[str],
    now: datetime,
) -> None:
    """What was decided counts from now on. `source_id`: the message's, or the scheduled message's."""
    if caller.agent_id is None or not digests:
        return
    await insert_sent_texts(
        session,
        agent_id=caller.agent_id,
        source_id=source_id,
        conversation_id=conversation_id,
        digests=digests,
        now=now,
    )
