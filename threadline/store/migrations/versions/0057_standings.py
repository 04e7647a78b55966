"""How conversations stood: kept for a day, so that undoing leads back to what really was and to nothing else."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0057_standings.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop trigger standing_is_kept on conversations")
    op.execute("drop function keep_standing()")
    op.execute("drop table conversation_standings")
