"""The foundation: people, workspaces, channels, contacts, conversations, messages, attempts, deliveries, events."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0001_foundation.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: a foundation is not taken away under a house.")
