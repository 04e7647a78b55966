"""Blocking at the provider, merged contacts, conversations that were somebody else's."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0022_contact_care.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("alter table contacts add column opted_out_by text collate \"C\" not null default ''")
    op.execute("alter table contacts add column blocked_reason text collate \"C\" not null default ''")
    op.execute("drop table contact_moves")
    op.execute("drop table contact_merges")
