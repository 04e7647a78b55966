"""Which languages agents speak with customers."""

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table agents add column languages text[] not null default '{}'")


def downgrade() -> None:
    op.execute("alter table agents drop column languages")
