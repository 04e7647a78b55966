"""Routing: how a team's waiting customers come to somebody, which team a channel's belong to, who bears how many."""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table teams add column assignment text collate \"C\" not null default 'manual'"
        " check (assignment in ('manual', 'round_robin', 'balanced'))"
    )
    op.execute(
        "alter table channels add column team_id uuid, add foreign key (workspace_id, team_id)"
        " references teams (workspace_id, id)"
    )
    op.execute("alter table agents add column capacity smallint check (capacity between 1 and 100)")
    op.execute("alter table availabilities add column routed_at timestamptz")


def downgrade() -> None:
    op.execute("alter table availabilities drop column routed_at")
    op.execute("alter table agents drop column capacity")
    op.execute("alter table channels drop column team_id")
    op.execute("alter table teams drop column assignment")
