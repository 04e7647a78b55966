"""What roles see of numbers and e-mail addresses, and who looked at some; tokens go on seeing what they saw."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_name("0039_sights.sql").read_text())


def downgrade() -> None:
    op.execute(
        """
        update api_tokens set scopes = array(
            select scope from unnest(scopes) scope where scope not in
                ('addresses:read', 'addresses:read_in_messages', 'addresses:reveal', 'messages:read_earlier'))
        """
    )
    op.execute("drop table address_reveals")
    op.execute("drop function sights_of_workspace(uuid)")
