"""Orders for many contacts, beside those for many conversations."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_SCRIPT = """
alter table bulk_items alter column conversation_id drop not null, add column contact_id uuid;
alter table bulk_items add constraint bulk_items_of_one check (num_nonnulls(conversation_id, contact_id) = 1) not valid;
alter table bulk_items validate constraint bulk_items_of_one;
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("delete from bulk_changes where change ->> 'kind' = 'contacts'")
    op.execute("alter table bulk_items drop column contact_id, alter column conversation_id set not null")
