"""The newest line of a conversation: a thread is read up to it, while lists go on showing the last message."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table conversations add column last_line_id uuid")


def downgrade() -> None:
    op.execute("alter table conversations drop column last_line_id")
