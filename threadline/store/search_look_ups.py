"""Which ids have the words: SECURITY DEFINER functions of the database (0015), which return ids and nothing else.

What they find is read by its caller under the policies and under `visible` (S5).
"""

from uuid import UUID

from threadline.store.connection import Connection

LAST_ID = UUID(int=2**128 - 1)
FIRST_ID = UUID(int=0)


async def find_newest_messages(
    connection: Connection,
    workspace_id: UUID,
    query: str | None,
    *,
    before_id: UUID,
    first_id: UUID,
    most: int,
    walked: int,
) -> tuple[list[UUID], UUID | None]:
    """Among the newest `walked` before an id: what has the words, the newest first, and where the walk ended.

    None for the end: there is nothing older. `query` None: whatever there is.
    """
    rows = await connection.fetch(
        "select id, is_found from newest_messages_with($1, $2::text::tsquery, $3, $4, $5, $6)",
        workspace_id,
        query,
        before_id,
        first_id,
        most,
        walked,
    )
    end = next((row["id"] for row in rows if not row["is_found"]), None)
    return [row["id"] for row in rows if row["is_found"]], end


async def find_messages(
    connection: Connection, workspace_id: UUID, query: str, *, before_id: UUID, first_id: UUID, most: int
) -> list[UUID]:
    """Before an id, the newest first, at most so many; by the index of one partition after another."""
    rows = await connection.fetch(
        "select id from messages_with($1, $2::text::tsquery, $3, $4, $5)",
        workspace_id,
        query,
        before_id,
        first_id,
        most,
    )
    return [row["id"] for row in rows]


async def find_contacts(
    connection: Connection, workspace_id: UUID, query: str, *, most: int, walked: int
) -> list[UUID]:
    """The newest first. Who is called as many are is found among the newest; anybody else by the index."""
    rows = await connection.fetch(
        "select id from newest_contacts_with($1, $2::text::tsquery, $3, $4)", workspace_id, query, most, walked
    )
    if len(rows) < most:
        rows = await connection.fetch(
            "select id from contacts_with($1, $2::text::tsquery, $3)", workspace_id, query, most
        )
    return [row["id"] for row in rows]
