"""Drafts of agents on the server, and who was named in which note."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0021_drafts.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table mentions")
    op.execute("drop table drafts")
