"""People: who may sign in, across workspaces."""

from uuid import UUID

import msgspec

from threadline.core.errors import NotFound
from threadline.store.session import Session


class Person(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    email: str
    locale: str


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    person_id: UUID
    password_hash: str


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: UUID
    agent_id: UUID


def normal_email(email: str) -> str:
    """The form in which addresses are stored and compared."""
    return email.strip().lower()


async def find_credentials(session: Session, email: str) -> Credentials | None:
    """By e-mail, of somebody who may sign in; None also for those without a password."""
    row = await (await session.raw()).fetchrow(
        "select id, password_hash from people"
        " where email = $1 and deactivated_at is null and password_hash is not null",
        normal_email(email),
    )
    return None if row is None else Credentials(person_id=row["id"], password_hash=row["password_hash"])


async def get_credentials(session: Session, person_id: UUID) -> Credentials:
    row = await (await session.raw()).fetchrow("select id, password_hash from people where id = $1", person_id)
    if row is None or row["password_hash"] is None:
        raise NotFound("This person has no password.", reason="no_password")
    return Credentials(person_id=row["id"], password_hash=row["password_hash"])


async def get_person(session: Session, person_id: UUID) -> Person:
    row = await (await session.raw()).fetchrow("select id, name, email, locale from people where id = $1", person_id)
    if row is None:
        raise NotFound("This person does not exist.")
    return Person(**row)


async def insert_person(
    session: Session, *, person_id: UUID, email: str, name: str, password_hash: str, locale: str
) -> bool:
    """False if the e-mail address is somebody's."""
    is_new = await (await session.raw()).fetchval(
        "insert into people (id, email, name, password_hash, locale) values ($1, $2, $3, $4, $5)"
        " on conflict do nothing returning true",
        person_id,
        normal_email(email),
        name,
        password_hash,
        locale,
    )
    return bool(is_new)


async def update_person(
    session: Session,
    person_id: UUID,
    *,
    name: str | None = None,
    locale: str | None = None,
    password_hash: str | None = None,
) -> None:
    """Writes what is not None."""
    await (await session.raw()).execute(
        "update people set name = coalesce($2, name), locale = coalesce($3, locale),"
        " password_hash = coalesce($4, password_hash) where id = $1",
        person_id,
        name,
        locale,
        password_hash,
    )


async def find_memberships(session: Session, person_id: UUID) -> list[Membership]:
    """The workspaces in which somebody works now, the oldest first."""
    rows = await (await session.raw()).fetch(
        "select workspace_id, agent_id from workspaces_of_person($1) order by workspace_id", person_id
    )
    return [Membership(**row) for row in rows]
