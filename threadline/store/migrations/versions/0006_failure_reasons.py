"""The name of the sentence that a failed message shows, beside the provider's code and the sentence in English."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table messages add column failure_reason text")


def downgrade() -> None:
    op.execute("alter table messages drop column failure_reason")
