"""Priority, who follows a conversation, and what each agent pins."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0019_working_together.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table pins")
    op.execute("drop table followers")
    op.execute("alter table conversations drop column priority")
