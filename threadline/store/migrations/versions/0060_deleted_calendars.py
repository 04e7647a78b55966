"""Business hours that were deleted can come back for a day, with everybody who went by them."""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table calendars add column deleted_at timestamptz,"
        " add column was_default boolean not null default false,"
        " add column was_of_channels uuid[] not null default '{}', add column was_of_teams uuid[] not null default '{}'"
    )
    op.execute("drop index calendars_by_name")
    op.execute("create unique index calendars_by_name on calendars (workspace_id, name_key) where deleted_at is null")


def downgrade() -> None:
    op.execute("delete from calendars where deleted_at is not null")
    op.execute("drop index calendars_by_name")
    op.execute("create unique index calendars_by_name on calendars (workspace_id, name_key)")
    op.execute(
        "alter table calendars drop column was_of_teams, drop column was_of_channels, drop column was_default,"
        " drop column deleted_at"
    )
