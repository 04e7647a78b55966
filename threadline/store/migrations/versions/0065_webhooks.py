"""Webhooks: other programs that are told what happens, what is on its way to them, and how each try went."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0065_webhooks.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("delete from consumers where name = 'tell_webhooks'")
    op.execute("drop table webhook_tries")
    op.execute("drop table webhook_dispatches")
    op.execute("drop table webhooks")
