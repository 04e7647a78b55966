"""Answers that wait for a review, as their author and those who may decide read them; nobody else does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.content import Content, decode_content, encode_content
from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.core.review import ReviewState
from threadline.store.connection import Connection
from threadline.store.conversations import ContactName
from threadline.store.files import File, load_files
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

MOST: Final = 200
"""More than this nobody reviews from one list: those that wait longest are shown."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    contact: ContactName
    author_id: UUID
    reviewer_id: UUID | None
    """Whom the author named; None: a team, or anybody who may."""
    team_id: UUID | None
    contents: list[Content]
    """The messages of the answer, in the order in which they go out."""
    files: dict[UUID, File]
    quoted_id: UUID | None
    note: str
    """The author's word to the reviewer."""
    state: ReviewState
    answer: str
    """The reviewer's word to the author, when it came back."""
    reason: str
    """Names the sentence that says why it could not go out; empty if that is not why it came back."""
    reason_text: str
    decided_by: UUID | None
    is_mine: bool
    may_decide: bool
    asked_seq: int
    """The last number of the thread when it was asked for."""
    asked_at: datetime


class NewReview(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    author_id: UUID
    reviewer_id: UUID | None
    team_id: UUID | None
    contents: Sequence[Content]
    file_ids: Sequence[UUID]
    quoted_id: UUID | None
    note: str
    asked_seq: int
    now: datetime


_SELECT = f"""
select r.id, r.conversation_id, c.contact_id, {called("p")} as contact_name, r.author_id, r.reviewer_id, r.team_id,
       array(select part::text from jsonb_array_elements(r.contents) part) as contents, r.file_ids, r.quoted_id,
       r.note, r.state, r.answer, r.reason, r.reason_text, r.decided_by, r.asked_seq, r.asked_at,
       r.author_id = $2 as is_mine, may.agent_id is not null and not a.is_novice as may_decide
from reviews r
join conversations c on c.workspace_id = r.workspace_id and c.id = r.conversation_id
join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
join agents a on a.workspace_id = r.workspace_id and a.id = $2
left join review_reviewers may on may.workspace_id = r.workspace_id and may.review_id = r.id and may.agent_id = $2
"""


async def list_reviews(session: Session, caller: Caller) -> list[Review]:
    """What waits for the caller's word, and what of theirs waits or came back; the oldest first."""
    arguments = Arguments(caller.workspace_id, caller.agent_id)
    connection = await session.raw()
    rows = await connection.fetch(
        f"{_SELECT} where r.workspace_id = $1 and r.state in ('asked', 'returned')"
        " and (r.author_id = $2 or (r.state = 'asked' and may.agent_id is not null and not a.is_novice))"
        f" and {visible(caller.visibility, 'c', arguments)} order by r.asked_at, r.id limit {MOST}",
        *arguments.values,
    )
    return await _whole(connection, caller.workspace_id, rows)


async def access_review(session: Session, caller: Caller, review_id: UUID, *, is_locked: bool = False) -> Review:
    """Of the author, or of somebody who may decide. Its conversation is locked before it. Raises NotFound (S1)."""
    arguments = Arguments(caller.workspace_id, caller.agent_id, review_id)
    connection = await session.raw()
    rows = await connection.fetch(
        f"{_SELECT} where r.workspace_id = $1 and r.id = $3"
        " and (r.author_id = $2 or (may.agent_id is not null and not a.is_novice))"
        f" and {visible(caller.visibility, 'c', arguments)}{' for no key update of r' if is_locked else ''}",
        *arguments.values,
    )
    if not rows:
        raise NotFound("This review does not exist.")
    return (await _whole(connection, caller.workspace_id, rows))[0]


async def find_review_conversation(session: Session, caller: Caller, review_id: UUID) -> UUID:
    """Where it stands, to be locked first. Raises NotFound as `access_review` does."""
    return (await access_review(session, caller, review_id)).conversation_id


async def is_review(session: Session, review_id: UUID) -> bool:
    """For repeats."""
    return bool(
        await (await session.raw()).fetchval(
            "select true from reviews where workspace_id = $1 and id = $2", session.workspace_id, review_id
        )
    )


async def count_open_reviews(session: Session, *, conversation_id: UUID) -> int:
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from reviews where workspace_id = $1 and conversation_id = $2"
        " and state in ('asked', 'returned')",
        session.workspace_id,
        conversation_id,
    )
    return count or 0


async def insert_review(session: Session, review: NewReview, reviewer_ids: Sequence[UUID]) -> None:
    connection = await session.raw()
    await connection.execute(
        "insert into reviews (workspace_id, id, conversation_id, author_id, reviewer_id, team_id, contents, file_ids,"
        " quoted_id, note, asked_seq, asked_at, changed_at)"
        " values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $12)",
        session.workspace_id,
        review.id,
        review.conversation_id,
        review.author_id,
        review.reviewer_id,
        review.team_id,
        _encoded(review.contents),
        list(review.file_ids),
        review.quoted_id,
        review.note,
        review.asked_seq,
        review.now,
    )
    await set_reviewers(session, review_id=review.id, conversation_id=review.conversation_id, reviewer_ids=reviewer_ids)


async def set_reviewers(
    session: Session, *, review_id: UUID, conversation_id: UUID, reviewer_ids: Sequence[UUID]
) -> None:
    """Those, and nobody else, may decide about it."""
    connection = await session.raw()
    await connection.execute(
        "delete from review_reviewers where workspace_id = $1 and review_id = $2", session.workspace_id, review_id
    )
    await connection.execute(
        "insert into review_reviewers (workspace_id, review_id, agent_id, conversation_id)"
        " select $1, $2, a, $4 from unnest($3::uuid[]) a",
        session.workspace_id,
        review_id,
        list(reviewer_ids),
        conversation_id,
    )


async def list_reviewers(session: Session, review_id: UUID) -> list[UUID]:
    rows = await (await session.raw()).fetch(
        "select agent_id from review_reviewers where workspace_id = $1 and review_id = $2 order by agent_id",
        session.workspace_id,
        review_id,
    )
    return [row["agent_id"] for row in rows]


async def ask_again(
    session: Session,
    review_id: UUID,
    *,
    contents: Sequence[Content],
    file_ids: Sequence[UUID],
    reviewer_id: UUID | None,
    team_id: UUID | None,
    note: str,
    asked_seq: int,
    now: datetime,
) -> None:
    """Anew: what came back is forgotten."""
    await (await session.raw()).execute(
        "update reviews set contents = $3::jsonb, file_ids = $4, reviewer_id = $5, team_id = $6, note = $7,"
        " asked_seq = $8, asked_at = $9, changed_at = $9, state = 'asked', answer = '', reason = '', reason_text = '',"
        " decided_by = null where workspace_id = $1 and id = $2",
        session.workspace_id,
        review_id,
        _encoded(contents),
        list(file_ids),
        reviewer_id,
        team_id,
        note,
        asked_seq,
        now,
    )


async def decide_review(
    session: Session,
    review_id: UUID,
    *,
    state: ReviewState,
    decided_by: UUID | None,
    contents: Sequence[Content],
    answer: str = "",
    reason: str = "",
    reason_text: str = "",
    message_ids: Sequence[UUID] = (),
    now: datetime,
) -> None:
    """What became of it, with what it said at last."""
    await (await session.raw()).execute(
        "update reviews set state = $3, decided_by = $4, contents = $5::jsonb, answer = $6, reason = $7,"
        " reason_text = $8, message_ids = $9, changed_at = $10 where workspace_id = $1 and id = $2",
        session.workspace_id,
        review_id,
        state.value,
        decided_by,
        _encoded(contents),
        answer,
        reason,
        reason_text,
        list(message_ids),
        now,
    )


async def find_answer_since(session: Session, *, conversation_id: UUID, seq: int) -> bool:
    """True if a colleague or the phone answered the customer after this number of the thread."""
    return bool(
        await (await session.raw()).fetchval(
            "select exists (select from messages where workspace_id = $1 and conversation_id = $2 and seq > $3"
            " and direction = 'outgoing' and author_kind in ('agent', 'phone_app') and deleted_at is null)",
            session.workspace_id,
            conversation_id,
            seq,
        )
    )


# Who may --------------------------------------------------------------------------------------------------------


async def is_novice(session: Session, agent_id: UUID) -> bool:
    return True is await (await session.raw()).fetchval(
        "select is_novice from agents where workspace_id = $1 and id = $2", session.workspace_id, agent_id
    )


async def find_experienced(session: Session, agent_ids: Sequence[UUID]) -> list[UUID]:
    """Of these, who works here and needs no review themselves."""
    rows = await (await session.raw()).fetch(
        "select a.id from agents a join people p on p.id = a.person_id and p.deactivated_at is null"
        " where a.workspace_id = $1 and a.id = any($2::uuid[]) and a.deactivated_at is null and not a.is_novice"
        " order by a.id",
        session.workspace_id,
        list(agent_ids),
    )
    return [row["id"] for row in rows]


async def list_agent_ids(session: Session) -> list[UUID]:
    """Everybody who works here."""
    rows = await (await session.raw()).fetch(
        "select id from agents where workspace_id = $1 and deactivated_at is null order by id", session.workspace_id
    )
    return [row["id"] for row in rows]


def _encoded(contents: Sequence[Content]) -> str:
    return f"[{','.join(encode_content(one).decode() for one in contents)}]"


async def _whole(connection: Connection, workspace_id: UUID, rows: Sequence[asyncpg.Record]) -> list[Review]:
    file_ids = [file_id for row in rows for file_id in row["file_ids"]]
    files = {file.id: file for file in await load_files(connection, workspace_id=workspace_id, file_ids=file_ids)}
    return [
        Review(
            id=row["id"],
            conversation_id=row["conversation_id"],
            contact=ContactName(id=row["contact_id"], name=person_name(row["contact_name"])),
            author_id=row["author_id"],
            reviewer_id=row["reviewer_id"],
            team_id=row["team_id"],
            contents=[decode_content(part) for part in row["contents"]],
            files={file_id: files[file_id] for file_id in row["file_ids"] if file_id in files},
            quoted_id=row["quoted_id"],
            note=row["note"],
            state=ReviewState(row["state"]),
            answer=row["answer"],
            reason=row["reason"],
            reason_text=row["reason_text"],
            decided_by=row["decided_by"],
            is_mine=row["is_mine"],
            may_decide=row["may_decide"],
            asked_seq=row["asked_seq"],
            asked_at=row["asked_at"],
        )
        for row in rows
    ]
