"""What the workspace and the team of a conversation want before it is resolved, and what of it is there."""

from uuid import UUID

from threadline.core.field import Field, FieldOwner
from threadline.core.resolving import Readiness
from threadline.core.workspace import decode_settings
from threadline.store.fields import list_fields, values_of
from threadline.store.session import Session

_WANTED = """
select c.contact_id, w.settings::text as settings, coalesce(t.needs_label, false) as team_needs_label,
    coalesce(t.needs_fields, '{}') as team_needs_fields,
    (select count(*) from conversation_labels h join labels l on l.workspace_id = h.workspace_id
     and l.id = h.label_id and l.deleted_at is null
     where h.workspace_id = c.workspace_id and h.conversation_id = c.id)::int as label_count
from conversations c join workspaces w on w.id = c.workspace_id
left join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id and t.deleted_at is null
where c.workspace_id = $1 and c.id = $2
"""


async def read_readiness(session: Session, conversation_id: UUID) -> Readiness:
    """Of a conversation that the caller has accessed, by the primary keys. Fields are read only where some are wanted.

    A field that was deleted is wanted by nobody, and a choice whose option is gone is not filled in.
    """
    row = await (await session.raw()).fetchrow(_WANTED, session.workspace_id, conversation_id)
    assert row is not None  # the caller has accessed it
    settings = decode_settings(row["settings"])
    wanted = {*settings.resolving_needs_fields, *row["team_needs_fields"]}
    return Readiness(
        needs_label=settings.resolving_needs_label or row["team_needs_label"],
        label_count=row["label_count"],
        missing=await _missing(session, wanted, conversation_id, row["contact_id"]) if wanted else (),
    )


async def _missing(session: Session, wanted: set[UUID], conversation_id: UUID, contact_id: UUID) -> tuple[Field, ...]:
    known = [field for field in await list_fields(session) if field.id in wanted]
    subjects: tuple[tuple[FieldOwner, UUID], ...] = (("conversation", conversation_id), ("contact", contact_id))
    missing: list[Field] = []
    for owner, id in subjects:
        asked = [field for field in known if field.owner == owner]
        missing.extend(await _unfilled(session, owner, id, asked) if asked else ())
    return tuple(missing)


async def _unfilled(session: Session, owner: FieldOwner, id: UUID, asked: list[Field]) -> list[Field]:
    assert session.workspace_id is not None
    filled = (await values_of(await session.raw(), session.workspace_id, owner, [id])).get(id, {})
    return [field for field in asked if str(field.id) not in filled]
