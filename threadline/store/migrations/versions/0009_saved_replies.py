"""Saved replies, of an agent or of the workspace, and how much each agent uses them lately."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0009_saved_replies.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table saved_reply_uses")
    op.execute("drop table saved_replies")
