"""Indexes for failed items that wait for an admin, and for acts whose time is over."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index failed_items_to_see on failed_items (workspace_id, id desc) where state = 'failed'")
    op.execute("create index acts_by_end on acts (expires_at)")


def downgrade() -> None:
    op.execute("drop index acts_by_end")
    op.execute("drop index failed_items_to_see")
