"""What a restored backup must not do: send again, unmarked, what may have been sent since it was made (R35)."""

import msgspec

from threadline.store.session import Session


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    workspace: str
    channel: str
    count: int


async def count_queued(session: Session) -> list[Queued]:
    """Messages without a known end, by channel. As the engine."""
    rows = await (await session.raw()).fetch(
        "select w.name as workspace, c.name as channel, count(*)::int as count from attempts a"
        " join channels c on c.id = a.channel_id join workspaces w on w.id = a.workspace_id"
        " where a.status <= 1 and not a.is_held group by 1, 2 order by 1, 2"
    )
    return [Queued(**row) for row in rows]


async def mark_all_uncertain(session: Session, *, reason: str) -> None:
    """Queued and claimed attempts alike: nobody knows what became of them after the backup."""
    await (await session.raw()).execute(
        "update attempts set status = 1, claimed_at = coalesce(claimed_at, now()),"
        " uncertain_at = coalesce(uncertain_at, now()),"
        " uncertain_reason = case when uncertain_at is null then $1 else uncertain_reason end"
        " where status <= 1 and not is_held",
        reason,
    )
