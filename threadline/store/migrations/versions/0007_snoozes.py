"""Until when a conversation is snoozed. It is its own timer: due while it is snoozed and its time is over.

Both indexes hold what is snoozed only: the list of it, and whose time comes next.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table conversations add column snoozed_until timestamptz")
    op.execute(
        "create index conversations_snoozed on conversations (workspace_id, last_activity_at desc, id desc)"
        " where state = 'snoozed'"
    )
    op.execute("create index conversations_alarm on conversations (snoozed_until) where state = 'snoozed'")


def downgrade() -> None:
    op.execute("drop index conversations_alarm")
    op.execute("drop index conversations_snoozed")
    op.execute("alter table conversations drop column snoozed_until")
