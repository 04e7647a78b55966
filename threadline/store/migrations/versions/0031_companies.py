"""Companies: their mail domains, notes and owner; what a table brought of them."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_name("0031_companies.sql").read_text())


def downgrade() -> None:
    op.execute("drop function search_companies")
    op.execute("alter table contact_batches drop column company_ids")
    op.execute(
        "alter table companies drop column domains, drop column notes, drop column owner_id, drop column found_by"
    )
