"""Labels on conversations and on contacts."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0008_labels.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop table contact_labels")
    op.execute("drop table conversation_labels")
    op.execute("drop table labels")
