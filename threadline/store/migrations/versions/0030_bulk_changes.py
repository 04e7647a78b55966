"""Changes of many conversations at once, with progress and what takes them back."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0030_bulk_changes.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table bulk_items")
    op.execute("drop table bulk_changes")
