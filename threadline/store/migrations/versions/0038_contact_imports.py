"""Tables of contacts are read in by a worker, row by row."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0038_contact_imports.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table contact_import_rows")
    for column in ("agent_id", "way", "total", "done", "failed", "started_at", "finished_at"):
        op.execute(f"alter table contact_batches drop column {column}")
