"""Closing texts: held for some seconds after a conversation was resolved."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table conversations add column closing_at timestamptz, add column closing_by uuid,"
        " add column closing_message_id uuid"
    )
    op.execute("create index conversations_closing on conversations (closing_at) where closing_at is not null")


def downgrade() -> None:
    op.execute("drop index conversations_closing")
    op.execute(
        "alter table conversations drop column closing_message_id, drop column closing_by, drop column closing_at"
    )
