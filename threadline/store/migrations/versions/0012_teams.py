"""Teams, who is in them, and which conversations are theirs."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0012_teams.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("update agents set sees = 'assigned' where sees = 'team'")
    op.execute("update one_time_links set sees = 'assigned' where sees = 'team'")
    op.execute("alter table agents drop constraint agents_sees_check")
    op.execute("alter table agents add constraint agents_sees_check check (sees in ('all', 'assigned'))")
    op.execute("drop function teams_of_agent(uuid, uuid)")
    op.execute("alter table conversations drop column team_id")
    op.execute("drop table team_members")
    op.execute("drop table teams")
