"""When and why a conversation came back by itself: lists are ordered by it, the time of the last activity stays.

`list_at` is made by the database, so every writer of either time moves the row; the indexes of the lists change their
key and stay as many as they were.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LISTS = {
    "conversations_by_assignee": ("assignee_id, ", "state <> 'resolved' and assignee_id is not null"),
    "conversations_unassigned": ("", "state <> 'resolved' and assignee_id is null"),
    "conversations_open": ("", "state = 'open'"),
    "conversations_snoozed": ("", "state = 'snoozed'"),
    "conversations_resolved": ("", "state = 'resolved'"),
    "conversations_resolved_by_assignee": ("assignee_id, ", "state = 'resolved' and assignee_id is not null"),
    "conversations_failed": ("", "failed_count > 0"),
}


def upgrade() -> None:
    op.execute(
        "alter table conversations add column woken_at timestamptz,"
        " add column woken_reason text collate \"C\" not null default ''"
        " check (woken_reason in ('', 'time', 'not_delivered')),"
        " add column list_at timestamptz generated always as (greatest(last_activity_at, woken_at)) stored"
    )
    _order_lists_by("list_at")


def downgrade() -> None:
    _order_lists_by("last_activity_at")
    op.execute("alter table conversations drop column list_at, drop column woken_reason, drop column woken_at")


def _order_lists_by(column: str) -> None:
    for name, (first, condition) in _LISTS.items():
        op.execute(f"drop index {name}")
        op.execute(
            f"create index {name} on conversations (workspace_id, {first}{column} desc, id desc) where {condition}"
        )
