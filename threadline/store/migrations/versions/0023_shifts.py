"""Working hours went to the preferences of agents, beside their zone."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table agents drop column shift")


def downgrade() -> None:
    op.execute("alter table agents add column shift jsonb")
