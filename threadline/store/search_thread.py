"""Find in one thread: which of its messages have the words, all of them, so that one can go from one to the next."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.content import decode_content
from threadline.core.permission import Caller
from threadline.core.search_lexemes import query
from threadline.core.search_message import texts_found
from threadline.core.search_text import Wanted
from threadline.store.conversations import ConversationKeys
from threadline.store.messages import id_range
from threadline.store.session import Session

_MOST: Final = 1000
"""What is beyond is counted only: nobody steps through more."""


class FoundMessage(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    at: datetime


class FoundInThread(msgspec.Struct, frozen=True, kw_only=True):
    items: list[FoundMessage]
    """In the order of the thread, the oldest first; the last thousand."""
    count: int
    marks: list[str]
    """What is marked as found in texts that are folded as ours are."""


async def find_in_thread(session: Session, caller: Caller, keys: ConversationKeys, wanted: Wanted) -> FoundInThread:
    """Of a thread that was accessed before. Reads its part of `messages_by_sort`, and the words of each by its key."""
    asked = query(caller.workspace_id, wanted.terms)
    if asked is None or keys.first_message_id is None or keys.last_message_id is None:
        return FoundInThread(items=[], count=0, marks=[])
    is_looked_through = bool(wanted.runs) or not caller.clearance.sees_addresses
    first_id, last_id = id_range(keys.first_message_id, keys.last_message_id)
    rows = await (await session.raw()).fetch(
        f"select m.id, m.sort_at{', m.content::text as content' if is_looked_through else ''}"
        " from messages m join message_words w on w.workspace_id = m.workspace_id and w.id = m.id"
        " where m.workspace_id = $1 and m.conversation_id = $2 and m.id between $3 and $4 and w.id between $3 and $4"
        " and m.deleted_at is null and w.words @@ $5::text::tsquery order by m.sort_at, m.seq",
        caller.workspace_id,
        keys.id,
        first_id,
        last_id,
        asked,
    )
    found = [row for row in rows if not is_looked_through or _is_found(row, wanted, caller)]
    return FoundInThread(
        items=[FoundMessage(id=row["id"], at=row["sort_at"]) for row in found[-_MOST:]],
        count=len(found),
        marks=list(wanted.marks),
    )


def _is_found(row: asyncpg.Record, wanted: Wanted, caller: Caller) -> bool:
    return texts_found(decode_content(row["content"]), wanted, caller.clearance) is not None
