"""The rota: plans of weeks, and single changes with what became of them."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0072_rota.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table rota_changes")
    op.execute("drop table rota_plans")
