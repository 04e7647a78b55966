"""The one predicate that says which conversations somebody sees, as SQL (S5).

Every list, count, message, file, contact and frame goes through `visible`; the values stand as parameters.
"""

from uuid import UUID

from threadline.core.permission import Visibility

INVITED = (
    "select conversation_id from followers where agent_id = {agent} and is_invited"
    " union all select conversation_id from discussion_members where agent_id = {agent} and removed_at is null"
)
"""Where a colleague asked an agent in: to take part in a conversation, or into a discussion beside it. The same, asked
the other way round, is `invited_to` of store/followers.py."""


class Arguments:
    """The parameters of one statement: `add` keeps a value and returns its placeholder."""

    def __init__(self, *values: object) -> None:
        self.values: list[object] = list(values)

    def add(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


def visible(visibility: Visibility, alias: str, arguments: Arguments) -> str:
    """The condition on a row of `conversations` under this alias; `true` if everything is seen."""
    conditions = [
        *_on_channels(visibility.channel_ids, alias, arguments),
        *_on_assignee(visibility, alias, arguments),
    ]
    return " and ".join(conditions) or "true"


def _on_channels(channel_ids: frozenset[UUID] | None, alias: str, arguments: Arguments) -> list[str]:
    if channel_ids is None:
        return []
    return [f"{alias}.channel_id = any({arguments.add(sorted(channel_ids))}::uuid[])"]


def _on_assignee(visibility: Visibility, alias: str, arguments: Arguments) -> list[str]:
    """Each side has an index, which the planner joins by their bits; where a colleague asked one in is read once."""
    if visibility.only_assigned_to is None:
        return []
    agent = arguments.add(visibility.only_assigned_to)
    conditions = [
        f"{alias}.assignee_id = {agent}",
        f"{alias}.id = any(array({INVITED.format(agent=agent)}))",
    ]
    if visibility.team_ids:
        conditions.append(f"{alias}.team_id = any({arguments.add(sorted(visibility.team_ids))}::uuid[])")
    return [f"({' or '.join(conditions)})"]
