"""The demo's things, written down, and the function that removes them."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0027_demo.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop function remove_demo(uuid)")
    op.execute("drop table demo_things")
