"""Service levels: policies, deadlines, and the time by which each waiting customer is due.

The one target that workspaces had becomes a policy of theirs, so that their rows show the same clock as before.
"""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0052_service_levels.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("delete from notifications where kind in ('due_soon', 'window_closing')")
    op.execute("drop index conversations_due")
    op.execute("alter table conversations drop column due_at")
    for table in ("deadline_recounts", "deadlines", "sla_policies"):
        op.execute(f"drop table {table}")
