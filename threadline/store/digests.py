"""What goes out by e-mail: an agent's unread notifications, once some of them have waited long enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.notification import NotificationKind
from threadline.core.personal import Excerpt, PersonName
from threadline.store.connection import Connection
from threadline.store.messages import PREVIEW
from threadline.store.shown_name import called, person_name


@dataclass(frozen=True, slots=True)
class DigestLine:
    id: UUID
    kind: NotificationKind
    conversation_id: UUID
    channel_id: UUID
    assignee_id: UUID | None
    team_id: UUID | None
    contact_name: PersonName
    """Empty, as the text is, where the workspace lets neither out."""
    text: Excerpt
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DueDigest:
    workspace_id: UUID
    workspace_name: str
    agent_id: UUID
    email: str
    locale: str
    lines: tuple[DigestLine, ...]


_CLAIM = f"""
with due as (
    select workspace_id, agent_id from notifications where mail_at <= now()
    group by workspace_id, agent_id order by min(mail_at) limit $1
), locked as (
    select n.workspace_id, n.id from notifications n join due using (workspace_id, agent_id)
    where n.mail_at is not null for update of n skip locked
), claimed as (
    update notifications n set mail_at = null, mailed_at = now() from locked
    where n.workspace_id = locked.workspace_id and n.id = locked.id
    returning n.workspace_id, n.id, n.agent_id, n.kind, n.conversation_id, n.message_id, n.count, n.at, n.read_at
)
select n.*, p.email, p.locale, w.name as workspace_name, c.channel_id, c.assignee_id, c.team_id,
    case when s.lets_out then {called("o")} else '' end as contact_name,
    case when s.lets_out and m.direction = 'incoming' and m.deleted_at is null then {PREVIEW.format("m")} else '' end
        as text, m.kind as message_kind
from claimed n
join agents a on a.workspace_id = n.workspace_id and a.id = n.agent_id and a.deactivated_at is null
join people p on p.id = a.person_id and p.deactivated_at is null
join workspaces w on w.id = n.workspace_id
cross join lateral (select coalesce((w.settings->>'notifies_with_text')::boolean, false) as lets_out) s
join conversations c on c.workspace_id = n.workspace_id and c.id = n.conversation_id
join contacts o on o.workspace_id = c.workspace_id and o.id = c.contact_id
left join messages m on m.workspace_id = n.workspace_id and m.id = n.message_id
where n.read_at is null
order by n.workspace_id, n.agent_id, n.at, n.id
"""


async def claim_due_digests(connection: Connection, *, limit: int) -> list[DueDigest]:
    """Takes what at most `limit` agents are due, with all else of theirs that waits. Uses `notifications_to_mail`."""
    digests: dict[tuple[UUID, UUID], DueDigest] = {}
    for row in await connection.fetch(_CLAIM, limit):
        line = DigestLine(
            id=row["id"],
            kind=NotificationKind(row["kind"]),
            conversation_id=row["conversation_id"],
            channel_id=row["channel_id"],
            assignee_id=row["assignee_id"],
            team_id=row["team_id"],
            contact_name=person_name(row["contact_name"]),
            text=Excerpt(row["text"], is_name=row["message_kind"] == "contacts"),
            count=row["count"],
            at=row["at"],
        )
        key = row["workspace_id"], row["agent_id"]
        known = digests.get(key)
        digests[key] = DueDigest(
            workspace_id=row["workspace_id"],
            workspace_name=row["workspace_name"],
            agent_id=row["agent_id"],
            email=row["email"],
            locale=row["locale"],
            lines=(*(known.lines if known else ()), line),
        )
    return list(digests.values())


async def put_back_digest(
    connection: Connection, *, workspace_id: UUID, ids: Sequence[UUID], mail_at: datetime
) -> None:
    """The mail server did not take it: due again, unless it was read meanwhile."""
    await connection.execute(
        "update notifications set mail_at = $3, mailed_at = null"
        " where workspace_id = $1 and id = any($2::uuid[]) and read_at is null",
        workspace_id,
        list(ids),
        mail_at,
    )
