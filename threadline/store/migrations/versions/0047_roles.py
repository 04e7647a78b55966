"""Roles of a workspace's own."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(op.get_bind(), Path(__file__).with_name("0047_roles.sql").read_text())


def downgrade() -> None:
    op.execute("drop function rights_of_agent(uuid, uuid)")
    op.execute("alter table one_time_links drop column role_id")
    op.execute("alter table agents drop column role_id")
    op.execute("drop table roles")
