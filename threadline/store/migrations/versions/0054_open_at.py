"""Whether it is open for a conversation at a moment, for filters that ask thousands of them."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_name("0054_open_at.sql").read_text())


def downgrade() -> None:
    op.execute("drop function is_open_at(uuid, uuid, uuid, timestamptz)")
