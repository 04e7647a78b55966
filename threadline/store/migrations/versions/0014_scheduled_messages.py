"""Scheduled messages, and on each conversation how many wait and how many are held."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0014_scheduled_messages.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop index conversations_held")
    op.execute("drop index conversations_scheduled")
    op.execute("alter table conversations drop column held_count")
    op.execute("alter table conversations drop column scheduled_count")
    op.execute("drop table scheduled_messages")
