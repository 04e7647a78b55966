"""Fields that a team wants before a conversation is resolved, and why an order left a conversation alone."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table teams add column needs_fields uuid[] not null default '{}'")
    # What the refusal said: its reason, its sentence, and what that fills in.
    op.execute("alter table bulk_items add column refusal jsonb")


def downgrade() -> None:
    op.execute("alter table bulk_items drop column refusal")
    op.execute("alter table teams drop column needs_fields")
