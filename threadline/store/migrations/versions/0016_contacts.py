"""Contacts as people work with them: facts, fields of one's own, notes, companies, and twenty colours of labels."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COLUMNS = (
    "name_key",
    "opted_out_by",
    "opted_out_at",
    "company_id",
    "blocked_reason",
    "blocked_at",
    "muted_at",
    "is_vip",
    "time_zone",
    "email",
)


def upgrade() -> None:
    script = Path(__file__).with_name("0016_contacts.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop function search_contacts")
    for table in ("contact_notes", "company_values", "conversation_values", "contact_values", "fields"):
        op.execute(f"drop table {table}")
    for column in _COLUMNS:
        op.execute(f"alter table contacts drop column {column}")
    op.execute("drop table companies")
