"""Stages, and labels that teams want before a conversation is resolved."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0026_stages.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("alter table teams drop column needs_label")
    op.execute("alter table conversations drop column paused_at, drop column stage_id")
    op.execute("drop table stages")
