"""Automation rules, their versions and runs, and the times that they wait for."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0062_automation.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    for column in ("rule_id", "rule_version", "rule_place", "run_id"):
        op.execute(f"alter table automatic_sends drop column {column}")
    for table in ("recounts", "timers", "runs", "versions", "rules"):
        op.execute(f"drop table automation_{table}")
