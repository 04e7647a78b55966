"""Availabilities: who is there, who is busy, who is away, and why."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0053_availabilities.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table availabilities")
