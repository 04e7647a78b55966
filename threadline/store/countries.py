"""Where contacts are: as somebody said, else as their number does; and the numbers that nobody has looked at yet."""

from threadline.infra.phone import country_of_phone
from threadline.store.connection import Connection


def country_of(alias: str) -> str:
    """The country of a contact under this alias; null where neither a person nor a number tells it."""
    return f"coalesce(nullif({alias}.country, ''), nullif({alias}.phone_country, ''))"


async def read_older_numbers(connection: Connection, *, limit: int) -> int:
    """Notes the countries of numbers that came before there were any, or while a process of before still ran.

    For the engine, over all workspaces. Returns how many contacts were read. Uses `contacts_of_unknown_country`.
    """
    rows = await connection.fetch(
        "select workspace_id, id, phone from contacts where phone_country is null limit $1 for update skip locked",
        limit,
    )
    await connection.execute(
        "update contacts p set phone_country = told.country"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as told (workspace_id, id, country)"
        " where p.workspace_id = told.workspace_id and p.id = told.id",
        [row["workspace_id"] for row in rows],
        [row["id"] for row in rows],
        [country_of_phone(row["phone"]) for row in rows],
    )
    return len(rows)
