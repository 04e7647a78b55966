"""Lists in the order of priority."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index conversations_by_priority on conversations (workspace_id, priority desc, list_at desc, id desc)"
        " where state <> 'resolved'"
    )
    op.execute("create index mentions_by_conversation on mentions (workspace_id, conversation_id, agent_id)")


def downgrade() -> None:
    op.execute("drop index mentions_by_conversation")
    op.execute("drop index conversations_by_priority")
