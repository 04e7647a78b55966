"""Tasks of a conversation with their check lists and reminders, and what makes one from a pattern."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0024_tasks.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table task_patterns")
    op.execute("drop table tasks")
