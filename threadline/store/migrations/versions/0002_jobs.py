"""Background jobs: the tables of PgQueuer."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_name("0002_jobs.sql").read_text())


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: waiting jobs would be lost.")
