"""Whom typed words mean, for those who may see no numbers: by name in part, by number or e-mail address only whole.

What the index finds is looked at again as the caller is shown it, so that no answer tells whether a part of a number
was right.
"""

from collections.abc import Sequence
from uuid import UUID

from threadline.core.permission import Caller
from threadline.core.search_contact import Part, fits, lexeme_query
from threadline.core.search_lexemes import query_of_parts
from threadline.store.connection import Connection
from threadline.store.search_look_ups import find_contacts


async def find_called(
    connection: Connection, caller: Caller, parts: Sequence[Part], *, most: int, walked: int
) -> list[UUID]:
    """The newest first. What the caller may see of them is for the caller's statement. `parts` are of `parts_of`."""
    sees_numbers = caller.clearance.sees_addresses
    asked = query_of_parts(caller.workspace_id, lexeme_query(parts, sees_numbers=sees_numbers))
    if asked is None:
        return []
    ids = await find_contacts(connection, caller.workspace_id, asked, most=most, walked=walked)
    if sees_numbers or not ids:
        return ids
    rows = await connection.fetch(
        "select p.id, p.name, p.handle, p.phone,"
        " coalesce((select array_agg(a.value) from addresses a where a.workspace_id = p.workspace_id"
        "           and a.contact_id = p.id and a.retired_at is null), '{}') as addresses"
        " from contacts p where p.workspace_id = $1 and p.id = any($2::uuid[])",
        caller.workspace_id,
        ids,
    )
    fitting = {
        row["id"]
        for row in rows
        if fits(
            parts,
            name=row["name"],
            handle=row["handle"],
            numbers=[row["phone"], *row["addresses"]],
            sees_numbers=False,
        )
    }
    return [id for id in ids if id in fitting]


async def find_by_email(connection: Connection, caller: Caller, email: str) -> list[UUID]:
    """Who has exactly this e-mail address; a handful at most."""
    rows = await connection.fetch(
        "select id from contacts where workspace_id = $1 and lower(email) = lower($2) and email <> ''"
        " and merged_into is null limit 20",
        caller.workspace_id,
        email.strip(),
    )
    return [row["id"] for row in rows]
