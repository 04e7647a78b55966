"""Calendars: business hours of the workspace, of channels and of teams."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0042_calendars.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("alter table teams drop column calendar_id")
    op.execute("alter table channels drop column calendar_id")
    op.execute("drop table special_days")
    op.execute("drop table calendars")
