"""Templates as the provider lists them, by account and language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.template import read_template
from threadline.store.session import Session


class TemplateVariable(msgspec.Struct, frozen=True, kw_only=True):
    part: Literal["header", "body", "button"]
    name: str
    """Of a button: its place, from 0."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    language: str
    category: str
    status: str
    quality: str
    reason: str
    components: list[dict[str, Any]]
    """The provider's JSON as it came."""
    variables: list[TemplateVariable]
    """What must be filled in, in the order of its appearance."""
    header_media: Literal["", "image", "video", "document", "gif"]
    updated_at: datetime


class NewTemplate(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    provider_id: str
    name: str
    language: str
    category: str
    status: str
    quality: str
    reason: str
    components: str


_decode = msgspec.json.Decoder(list[dict[str, Any]]).decode
_UPSERT = """
insert into templates (workspace_id, id, channel_type, account, provider_id, name, language, category, status, quality,
                       reason, components)
select $1, t.id, $2, $3, t.provider_id, t.name, t.language, t.category, t.status, t.quality, t.reason,
       t.components::jsonb
from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
            $12::text[]) as t (id, provider_id, name, language, category, status, quality, reason, components)
on conflict (workspace_id, channel_type, account, name, language) do update set
    provider_id = excluded.provider_id, category = excluded.category, status = excluded.status,
    quality = excluded.quality, reason = excluded.reason, components = excluded.components, updated_at = now()
"""


async def list_templates(session: Session, *, channel_type: str, account: str) -> list[Template]:
    rows = await (await session.raw()).fetch(
        "select id, name, language, category, status, quality, reason, components::text as components, updated_at"
        " from templates where workspace_id = $1 and channel_type = $2 and account = $3 order by name, language",
        session.workspace_id,
        channel_type,
        account,
    )
    return [_template(row) for row in rows]


def _template(row: asyncpg.Record) -> Template:
    shape = read_template(row["components"])
    parts: list[tuple[Literal["header", "body", "button"], Sequence[str]]] = [
        ("header", shape.header_variables),
        ("body", shape.body_variables),
        ("button", shape.button_indexes),
    ]
    variables = [TemplateVariable(part=part, name=name) for part, names in parts for name in names]
    return Template(
        **{
            **row,
            "components": _decode(row["components"]),
            "variables": variables,
            "header_media": shape.header_media,
        }
    )


async def write_templates(
    session: Session, *, channel_type: str, account: str, templates: Sequence[NewTemplate]
) -> int:
    """Makes the account's templates what the provider lists; those it lists no more become `DELETED`. Returns those."""
    connection = await session.raw()
    await connection.execute(
        _UPSERT,
        session.workspace_id,
        channel_type,
        account,
        *([getattr(one, name) for one in templates] for name in NewTemplate.__struct_fields__),
    )
    gone = await connection.fetch(
        "update templates t set status = 'DELETED', updated_at = now() where workspace_id = $1 and channel_type = $2"
        " and account = $3 and status <> 'DELETED' and not exists (select from unnest($4::text[], $5::text[])"
        " as listed (name, language) where listed.name = t.name and listed.language = t.language) returning id",
        session.workspace_id,
        channel_type,
        account,
        [one.name for one in templates],
        [one.language for one in templates],
    )
    return len(gone)
