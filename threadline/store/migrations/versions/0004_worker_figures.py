"""What each worker counted lately, for the one page of metrics."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table workers add column figures jsonb")


def downgrade() -> None:
    op.execute("alter table workers drop column figures")
