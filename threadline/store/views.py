"""The figures beside the views: bounded counts, so that they cost the same in a workspace of any size."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.permission import Caller
from threadline.store.clocks import IS_WAITING, RUNNING_CLOCK
from threadline.store.conversations import BOTLESS, IN_WORK, OWN_DRAFTS, OWN_MENTIONS
from threadline.store.followers import FOLLOWED
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

BOUND = 999
"""More than this many are not counted, only known to be more."""


class ViewCount(msgspec.Struct, frozen=True, kw_only=True):
    total: int | None
    """None: this view is not counted."""
    is_more: bool
    """True: at least one more than `total`."""
    waiting: int


class ViewCounts(msgspec.Struct, frozen=True, kw_only=True):
    views: dict[str, ViewCount]
    channels: dict[UUID, ViewCount]
    """Open conversations by channel, among the newest thousand that are open; `is_more` if there are more."""
    longest_waiting_since: datetime | None
    position: int


class TeamCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Of a team: who waits, what nobody has, and all that is in work."""

    waiting: ViewCount
    unassigned: ViewCount
    open: ViewCount


_OF_TEAM = {
    "waiting": IS_WAITING,
    "unassigned": f"c.assignee_id is null and {IN_WORK} and {BOTLESS}",
    "open": IN_WORK,
}


async def count_team_views(session: Session, caller: Caller) -> dict[UUID, TeamCounts]:
    """Of the teams of whoever asks; each figure reads at most a thousand entries of `conversations_by_team`."""
    if not caller.team_ids:
        return {}
    arguments = Arguments(caller.workspace_id)
    sight = visible(caller.visibility, "c", arguments)
    teams = arguments.add(sorted(caller.team_ids))
    parts = [
        f"select t.id, '{name}' as view, v.total, v.waiting from unnest({teams}::uuid[]) t (id) cross join lateral"
        " (select count(*) as total, count(waiting_since) as waiting from"
        f" (select {RUNNING_CLOCK} from conversations c"
        f" where c.workspace_id = $1 and c.team_id = t.id and c.state <> 'resolved' and {condition} and {sight}"
        f" limit {BOUND + 1}) bounded) v"
        for name, condition in _OF_TEAM.items()
    ]
    rows = await (await session.raw()).fetch(" union all ".join(f"({part})" for part in parts), *arguments.values)
    found: dict[UUID, dict[str, ViewCount]] = {}
    for row in rows:
        found.setdefault(row["id"], {})[row["view"]] = _count(row["total"], row["waiting"])
    return {id: TeamCounts(**counts) for id, counts in found.items()}


_CONDITIONS = {
    "mine": f"c.assignee_id = {{agent}} and {IN_WORK}",
    "followed": FOLLOWED.format(alias="c", workspace="$1", agent="{agent}") + f" and {IN_WORK}",
    "unassigned": f"c.assignee_id is null and {IN_WORK} and {BOTLESS}",
    "waiting": IS_WAITING,
    "open": "c.state = 'open'",
    "snoozed": "c.state = 'snoozed'",
    "drafts": OWN_DRAFTS,
    "mentions": OWN_MENTIONS.replace("{condition}", "m.seen_at is null"),
    "scheduled": "c.scheduled_count > 0",
    "held": "c.held_count > 0",
    "failed": "c.failed_count > 0",
}


async def count_views(session: Session, caller: Caller) -> ViewCounts:
    """All figures in one statement; each part reads at most a thousand entries of its view's index."""
    arguments = Arguments(caller.workspace_id)
    agent = arguments.add(caller.agent_id) + "::uuid"
    sight = visible(caller.visibility, "c", arguments)
    parts = [
        f"select '{name}' as view, null::uuid as channel_id, count(*) as total, count(waiting_since) as waiting,"
        " null::timestamptz as since from"
        f" (select {RUNNING_CLOCK} from conversations c where c.workspace_id = $1"
        f" and {condition.format(agent=agent)} and {sight} limit {BOUND + 1}) v"
        for name, condition in _CONDITIONS.items()
    ]
    parts.append(
        "select 'channel', channel_id, count(*), count(waiting_since), null from"
        f" (select c.channel_id, {RUNNING_CLOCK} from conversations c where c.workspace_id = $1 and c.state = 'open'"
        f" and {sight} order by c.list_at desc, c.id desc limit {BOUND + 1}) v group by channel_id"
    )
    parts.append(
        "select 'longest', null, 0, 0, (select c.waiting_since from conversations c where c.workspace_id = $1"
        f" and {IS_WAITING} and {sight}"
        " order by c.waiting_since, c.id limit 1)"
    )
    parts.append("select 'position', null, last_seq, 0, null from feed_counters where workspace_id = $1")
    rows = await (await session.raw()).fetch(" union all ".join(f"({part})" for part in parts), *arguments.values)
    by_view = {row["view"]: row for row in rows if row["view"] != "channel"}
    channels = [row for row in rows if row["view"] == "channel"]
    is_more = sum(row["total"] for row in channels) > BOUND
    views = {name: _count(by_view[name]["total"], by_view[name]["waiting"]) for name in _CONDITIONS}
    for name in ("all", "resolved"):
        views[name] = ViewCount(total=None, is_more=False, waiting=0)
    return ViewCounts(
        views=views,
        channels={
            row["channel_id"]: ViewCount(total=min(row["total"], BOUND), is_more=is_more, waiting=row["waiting"])
            for row in channels
        },
        longest_waiting_since=by_view["longest"]["since"],
        position=by_view["position"]["total"] if "position" in by_view else 0,
    )


def _count(total: int, waiting: int) -> ViewCount:
    return ViewCount(total=min(total, BOUND), is_more=total > BOUND, waiting=min(waiting, BOUND))
