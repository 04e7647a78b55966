"""What was done with the chats of an agent who went, for whoever takes it back, and so that nobody is called absent."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0064_finished_shifts.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop index scheduled_messages_by_agent")
    op.execute("drop table finished_shifts")
