"""Segments, tables that were read in and edits of many, with what undoing needs."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0029_contact_batches.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("alter table contacts drop column removed_at")
    op.execute("drop table contact_batch_rows")
    op.execute("drop table contact_batches")
    op.execute("drop table segments")
