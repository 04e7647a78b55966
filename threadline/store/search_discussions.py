"""Search in the discussions one is in, and in no others: a right to read all does not make them findable."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.content import Text
from threadline.core.discussion import DiscussionState
from threadline.core.permission import Caller
from threadline.core.personal import mask_written
from threadline.core.search_lexemes import query
from threadline.core.search_message import texts_found
from threadline.core.search_query import SearchQuery
from threadline.core.search_text import Piece, snippet_of
from threadline.store.conversations import ContactName
from threadline.store.search import TextPiece
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

_MOST_NOTES: Final = 500
"""The newest notes with the words: more of them are of discussions that are shown already, or of nobody's interest."""


class DiscussionHit(msgspec.Struct, frozen=True, kw_only=True):
    """A discussion with the newest of its notes that has the words; the note is none where its subject has them."""

    id: UUID
    conversation_id: UUID
    contact: ContactName
    subject: list[TextPiece]
    state: DiscussionState
    author_id: UUID | None
    """Who wrote the note, or began it."""
    snippet: list[TextPiece]
    """Empty: the subject was found."""
    at: datetime


async def search_discussions(
    session: Session, caller: Caller, agent_id: UUID, wanted: SearchQuery, *, limit: int
) -> list[DiscussionHit]:
    """The newest first, each once. Uses `discussion_members_by_agent`, then reads the notes of each by its key."""
    asked = query(caller.workspace_id, wanted.wanted.terms)
    if asked is None:
        return []
    arguments = Arguments(caller.workspace_id, agent_id, asked)
    rows = await (await session.raw()).fetch(
        f"select d.id, d.conversation_id, c.contact_id, {called('p')} as contact_name, d.subject, d.state,"
        " n.kind, n.author_id, n.text, n.at"
        " from discussion_members me"
        " join discussions d on d.workspace_id = me.workspace_id and d.id = me.discussion_id"
        " join conversations c on c.workspace_id = d.workspace_id and c.id = d.conversation_id"
        " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
        " join discussion_notes n on n.workspace_id = d.workspace_id and n.discussion_id = d.id"
        " where me.workspace_id = $1 and me.agent_id = $2 and me.removed_at is null"
        " and n.withdrawn_at is null and n.words @@ $3::text::tsquery"
        f" and {visible(caller.visibility, 'c', arguments)} order by n.id desc limit {_MOST_NOTES}",
        *arguments.values,
    )
    found: dict[UUID, DiscussionHit] = {}
    for row in rows:
        if row["id"] in found or len(found) == limit:
            continue
        texts = texts_found(Text(text=row["text"]), wanted.wanted, caller.clearance)
        if texts is None:
            continue
        subject = row["subject"] if caller.clearance.sees_written else mask_written(row["subject"])
        found[row["id"]] = DiscussionHit(
            id=row["id"],
            conversation_id=row["conversation_id"],
            contact=ContactName(id=row["contact_id"], name=person_name(row["contact_name"])),
            subject=_pieces(snippet_of(subject, wanted.wanted)),
            state=DiscussionState(row["state"]),
            author_id=row["author_id"],
            snippet=_pieces(snippet_of(texts[0], wanted.wanted)) if row["kind"] == "note" else [],
            at=row["at"],
        )
    return list(found.values())


def _pieces(pieces: list[Piece]) -> list[TextPiece]:
    return [TextPiece(text=piece.text, is_match=piece.is_match) for piece in pieces]
