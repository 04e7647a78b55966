"""Files that stand in no message, by age: what upkeep asks about."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index files_unsent on files (created_at) where message_id is null and uploaded_by is not null")


def downgrade() -> None:
    op.execute("drop index files_unsent")
