"""Macros: several acts under a name; and what each run of one made, for whoever takes it back."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0055_macros.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("alter table bulk_items drop column made")
    op.execute("drop table macro_runs")
    op.execute("drop table macro_uses")
    op.execute("drop table macros")
