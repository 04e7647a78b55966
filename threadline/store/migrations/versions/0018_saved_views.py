"""Saved views, and an index of what a flow has."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0018_saved_views.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop index conversations_pending")
    op.execute("drop table saved_views")
