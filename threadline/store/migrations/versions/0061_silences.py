"""Taking back from assignees who say nothing."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0061_silences.sql").read_text()
    run_script(op.get_bind(), script)


def downgrade() -> None:
    op.execute("delete from notifications where kind in ('taken_back', 'left_waiting')")
    op.execute("drop table typing_signs")
    for name in ("taken_back_ends_with_waiting", "assigned_from_the_start", "assigned_is_noted"):
        op.execute(f"drop trigger {name} on conversations")
    op.execute("drop function forget_taken_back()")
    op.execute("drop function note_assigned()")
    op.execute("alter table conversations drop column taken_from, drop column left_at, drop column assigned_at")
    op.execute("alter table teams drop column take_back_min")
