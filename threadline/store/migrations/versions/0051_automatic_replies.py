"""Automatic replies: greetings and away messages."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0051_automatic_replies.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("alter table messages drop column automatic")
    op.execute("drop table automatic_sends")
    op.execute("drop table automatic_replies")
